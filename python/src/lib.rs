//! The Python module `onrecord._onrecord`: the pipeline, runs over many documents, and their rows as Arrow tables.
//!
//! What users see is in `python/onrecord/`, written in Python; here is what needs Rust: [`core`] the pipeline and its runs, [`records`] tables
//! and lists that Python holds as documents, [`table`] rows as Arrow arrays.

mod core;
mod records;
mod table;

use pyo3::prelude::*;

/// Compiled parts of `onrecord`; use the package, not this.
#[pymodule]
fn _onrecord(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add("__version__", env!("CARGO_PKG_VERSION"))?;
    module.add_class::<core::Core>()?;
    module.add_class::<core::Input>()?;
    module.add_class::<table::Rows>()?;
    Ok(())
}
