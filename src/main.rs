//! The command: flags, run, exit code.

mod command;

use clap::Parser;
use command::{Cli, Command};
use std::process::ExitCode;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let result = match cli.command {
        Command::Extract(options) => command::extract::run(&options),
        Command::Show(options) => command::show::run(&options),
        Command::Speakers(options) => command::speakers::run(&options),
        Command::Merge(options) => command::merge::run(&options),
        Command::Evaluate(options) => command::evaluate::run(&options),
        Command::Gazetteer(options) => command::gazetteer::run(&options),
    };
    match result {
        Ok(outcome) => outcome.into(),
        Err(failure) if failure.is_closed_pipe() => ExitCode::SUCCESS,
        Err(failure) => {
            anstream::eprintln!("{}error:{} {failure}", command::style::ERROR, command::style::RESET);
            ExitCode::from(failure.code())
        }
    }
}
