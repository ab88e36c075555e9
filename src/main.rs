//! The command: flags, run, exit code.

mod command;

use clap::Parser;
use command::{Cli, Command};
use mimalloc::MiMalloc;
use std::process::ExitCode;

// A document is many small pieces of memory, taken and given back by one thread.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        // The library for Parquet panics over some damaged files; the reader says so in its own words.
        if !panic.location().is_some_and(|at| at.file().contains("/parquet-")) {
            hook(panic);
        }
    }));
    let cli = Cli::parse();
    let result = match cli.command {
        Command::Extract(options) => command::extract::run(&options),
        Command::Show(options) => command::show::run(&options),
        Command::Speakers(options) => command::speakers::run(&options),
        Command::Merge(options) => command::merge::run(&options),
        Command::Stats(options) => command::stats::run(&options),
        Command::Report(options) => command::report::run(&options),
        Command::Convert(options) => command::convert::run(&options),
        Command::Explore(options) => command::explore::run(&options),
        Command::Evaluate(options) => command::evaluate::run(&options),
        Command::Gazetteer(options) => command::gazetteer::run(&options),
    };
    match result {
        Ok(outcome) => outcome.into(),
        Err(failure) if failure.is_closed_pipe() => ExitCode::SUCCESS,
        Err(failure) => {
            failure.say();
            ExitCode::from(failure.code())
        }
    }
}
