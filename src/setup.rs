//! Setup: what a user chooses about the pipeline, by name and by file, made into one. The command and the bindings share it.

use crate::attribution::{Effort, Engine};
use crate::encoder::{Encoder, WeightsError};
use crate::gazetteer::Layer;
use crate::gazetteer::compile::compile_tables;
use crate::gazetteer::table::Table;
use crate::home::{self, Homes};
use crate::pipeline::{Cues, Options, Pipeline};
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// An engine by name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum EngineName {
    /// Rules over tokens alone.
    Rules,
    /// The surest rules, then a small network.
    #[default]
    Fast,
    /// A large network.
    Accurate,
}

/// What is chosen.
#[derive(Clone, Debug, Default)]
pub struct Setup {
    /// The engine.
    pub engine: EngineName,
    /// How deep the accurate engine reads.
    pub effort: Option<Effort>,
    /// Which reports become rows.
    pub cues: Cues,
    /// Weights for the network of the engine instead of its own.
    pub weights: Option<PathBuf>,
    /// Where all outlets are at home: a name or an id; "none" if their names are not to tell.
    pub home: Option<String>,
    /// Tables of further names.
    pub gazetteers: Vec<PathBuf>,
}

/// Why what is chosen makes no pipeline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SetupError {
    /// It makes no sense.
    Usage(String),
    /// It makes sense, but could not be had.
    Failed(String),
}

impl fmt::Display for SetupError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SetupError::Usage(message) | SetupError::Failed(message) => f.write_str(message),
        }
    }
}

impl std::error::Error for SetupError {}

impl Setup {
    /// The pipeline that is chosen.
    ///
    /// # Errors
    /// If choices do not go together, no place has the name of the home, or a file cannot be read or is not what it should be: then
    /// the message names the file, and of a table the line.
    pub fn pipeline(&self) -> Result<Pipeline, SetupError> {
        // The network and the lists side by side: a short run is over sooner.
        let (engine, mut pipeline) = std::thread::scope(|scope| {
            let engine = scope.spawn(|| self.engine());
            let pipeline = Pipeline::new(Options { engine: Engine::Rules, cues: self.cues, homes: Homes::default() });
            (engine.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)), pipeline)
        });
        pipeline.options.engine = engine?;
        for path in &self.gazetteers {
            let layer = Table::open(path)
                .and_then(|table| compile_tables(&pipeline.lexicon, &[table]))
                .map_err(|error| SetupError::Usage(error.to_string()))
                .and_then(|(bytes, _)| Layer::from_bytes(&bytes).map_err(|error| SetupError::Failed(error.to_string())))?;
            pipeline.gazetteer.add(layer);
        }
        if self.home.as_deref() == Some(NO_HOME) {
            pipeline.options.homes.text_alone = true;
        } else if let Some(name) = &self.home {
            let found = home::find(&pipeline, name);
            pipeline.options.homes.of_all = Some(found.ok_or_else(|| SetupError::Usage(no_place(&pipeline, name)))?);
        }
        Ok(pipeline)
    }

    fn engine(&self) -> Result<Engine, SetupError> {
        let shipped = |encoder: Result<Encoder, WeightsError>| encoder.map_err(|error| SetupError::Failed(error.to_string()));
        let encoder = match (self.engine, &self.weights) {
            (EngineName::Rules, None) => None,
            (EngineName::Rules, Some(_)) => {
                return Err(SetupError::Usage("--weights goes with --engine fast or accurate".to_owned()));
            }
            (_, Some(path)) => Some(open_weights(path)?),
            (EngineName::Fast, None) => Some(shipped(Encoder::small())?),
            (EngineName::Accurate, None) => Some(shipped(Encoder::large())?),
        };
        if self.effort.is_some() && self.engine != EngineName::Accurate {
            return Err(SetupError::Usage("--effort goes with --engine accurate".to_owned()));
        }
        match (encoder, self.engine) {
            (None, _) | (_, EngineName::Rules) => Ok(Engine::Rules),
            (Some(encoder), EngineName::Fast) => Ok(Engine::Fast(Arc::new(encoder))),
            (Some(encoder), EngineName::Accurate) => Ok(Engine::accurate(encoder, self.effort.unwrap_or_default())),
        }
    }
}

/// The name of no home.
pub const NO_HOME: &str = "none";

fn no_place(pipeline: &Pipeline, name: &str) -> String {
    let near = home::near_names(pipeline, name);
    let hint = if near.is_empty() { String::new() } else { format!("; did you mean {}?", near.join(", ")) };
    format!("no place is called `{name}`{hint}")
}

/// The encoder whose weights stand in a file.
fn open_weights(path: &Path) -> Result<Encoder, SetupError> {
    let bytes = std::fs::read(path).map_err(|error| SetupError::Failed(format!("{}: {error}", path.display())))?;
    Encoder::from_bytes(&bytes).map_err(|error| SetupError::Failed(format!("{}: {error}", path.display())))
}
