//! Reads the long lists of words when the program is built, so that it need not at each start; see `src/lexicon/bulk.rs`.

#![allow(dead_code, reason = "of the shared files, a part is used here")]

#[path = "src/lexicon/bulk.rs"]
mod bulk;
#[path = "src/lexicon/class.rs"]
mod class;
#[path = "src/fold.rs"]
mod fold;
#[path = "src/lexicon/list.rs"]
mod list;
#[path = "src/word_table.rs"]
mod word_table;

use std::path::Path;
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let mut texts = Vec::new();
    for list in bulk::LISTS {
        let path = Path::new("gazetteers").join(list);
        println!("cargo::rerun-if-changed={}", path.display());
        let named = |error: io::Error| io::Error::new(error.kind(), format!("{}: {error}", path.display()));
        texts.push(fs::read_to_string(&path).map_err(named)?);
    }
    for file in ["lexicon/bulk", "lexicon/class", "lexicon/list", "fold", "word_table"] {
        println!("cargo::rerun-if-changed=src/{file}.rs");
    }
    match bulk::Bulk::read(std::array::from_fn(|i| &texts[i][..])) {
        Ok(bulk) => {
            let out = env::var("OUT_DIR").map_err(io::Error::other)?;
            let write = |name: &str, bytes: Vec<u8>| fs::write(Path::new(&out).join(name), bytes);
            write("slots", bulk.words.slots().iter().flat_map(|slot| slot.to_le_bytes()).collect())?;
            write("classes", bulk.classes.iter().flat_map(|classes| classes.0.to_le_bytes()).collect())?;
            write("men", bulk.men)?;
            write("bearers", bulk.bearers.iter().flat_map(|bearers| bearers.to_le_bytes()).collect())
        }
        Err(error) => {
            println!("cargo::error=gazetteers/{error}");
            Ok(())
        }
    }
}
