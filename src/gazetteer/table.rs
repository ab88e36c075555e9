//! Tables of facts: tab-separated files with a line of column names.
//!
//! Entries: `id type name` are required, `country admin1 admin2 lat lon population geonames_id names override` may follow, in
//! any order. `names` holds other names, separated by `|`. A name in capitals of up to six letters, with or without stops (`ICE`,
//! `U.K.`), matches as written alone. `override` is `yes` where the names are to hide what shipped tables say of them.

use super::EntryType;
use super::file::MOST_GEONAMES_ID;
use std::collections::HashMap;
use std::fmt;
use std::path::Path;

/// A table that cannot be read.
#[derive(Debug)]
pub struct TableError {
    file: String,
    line: Option<usize>,
    reason: String,
}

impl TableError {
    pub(super) fn new(file: &str, line: Option<usize>, reason: impl Into<String>) -> TableError {
        TableError { file: file.to_owned(), line, reason: reason.into() }
    }
}

impl fmt::Display for TableError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "{}:{line}: {}", self.file, self.reason),
            None => write!(f, "{}: {}", self.file, self.reason),
        }
    }
}

impl std::error::Error for TableError {}

/// A row of a table of entries.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// Identifier.
    pub id: String,
    /// What it is.
    pub sort: EntryType,
    /// Whether it is a populated place or a division that is known near by alone.
    pub local: bool,
    /// Usual name.
    pub name: String,
    /// ISO 3166-1 alpha-2 code or empty.
    pub country: String,
    /// Code of the first-level division or empty.
    pub admin1: String,
    /// FIPS code of the US county or empty.
    pub admin2: String,
    /// Degrees.
    pub position: Option<(f32, f32)>,
    /// Inhabitants, 0 if unknown.
    pub population: u32,
    /// GeoNames id.
    pub geonames_id: Option<u32>,
    /// Other names.
    pub names: Vec<String>,
    /// Whether its names hide what lower layers say of them.
    pub overrides: bool,
    /// Where the row stands, for messages.
    pub line: usize,
}

/// The lines of a table: column names, then rows of as many fields.
pub struct Table {
    file: String,
    columns: HashMap<String, usize>,
    rows: Vec<(usize, Vec<String>)>,
}

/// The types of what is known near by alone, and what it is; see [`super::Entry::is_local`].
const LOCAL: [(&str, EntryType); 3] =
    [("village", EntryType::City), ("district", EntryType::County), ("quarter", EntryType::Neighborhood)];

impl Table {
    /// Reads a table from a file.
    ///
    /// # Errors
    /// If the file cannot be read, is not UTF-8, or a row has another number of fields than the first line.
    pub fn open(path: &Path) -> Result<Table, TableError> {
        let file = path.display().to_string();
        let text = std::fs::read_to_string(path).map_err(|error| TableError::new(&file, None, error.to_string()))?;
        Table::parse(&file, &text)
    }

    /// Reads a table from text; `file` names it in messages.
    ///
    /// # Errors
    /// As [`Table::open`].
    pub fn parse(file: &str, text: &str) -> Result<Table, TableError> {
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(b'\t')
            .quoting(false)
            .flexible(true)
            .from_reader(text.trim_start_matches('\u{feff}').as_bytes());
        let header = reader.headers().map_err(|error| TableError::new(file, Some(1), error.to_string()))?.clone();
        let columns: HashMap<String, usize> = header.iter().enumerate().map(|(i, name)| (name.trim().to_owned(), i)).collect();
        let mut rows = Vec::new();
        for record in reader.records() {
            let record = record.map_err(|error| TableError::new(file, None, error.to_string()))?;
            let line = record.position().map_or(0, |p| p.line() as usize);
            if record.len() != header.len() {
                return Err(TableError::new(
                    file,
                    Some(line),
                    format!("{} fields, the first line has {}", record.len(), header.len()),
                ));
            }
            rows.push((line, record.iter().map(str::to_owned).collect()));
        }
        Ok(Table { file: file.to_owned(), columns, rows })
    }

    /// The name of the file.
    pub fn file(&self) -> &str {
        &self.file
    }

    fn column(&self, name: &str) -> Result<usize, TableError> {
        self.columns.get(name).copied().ok_or_else(|| TableError::new(&self.file, Some(1), format!("no column `{name}`")))
    }

    /// The rows as the fields of the columns asked for, with their line.
    ///
    /// # Errors
    /// If a column is missing.
    pub fn select<const N: usize>(&self, columns: [&str; N]) -> Result<Vec<(usize, [&str; N])>, TableError> {
        let mut indices = [0; N];
        for (index, name) in indices.iter_mut().zip(columns) {
            *index = self.column(name)?;
        }
        Ok(self.rows.iter().map(|(line, fields)| (*line, indices.map(|i| fields[i].trim()))).collect())
    }

    /// The rows as entries.
    ///
    /// # Errors
    /// If a required column is missing, or a field does not hold what its column says.
    pub fn entries(&self) -> Result<Vec<Row>, TableError> {
        let (id, sort, name) = (self.column("id")?, self.column("type")?, self.column("name")?);
        let optional = |column: &str| self.columns.get(column).copied();
        let columns: Vec<Option<usize>> =
            ["country", "admin1", "admin2", "lat", "lon", "population", "geonames_id", "names", "override"]
                .into_iter()
                .map(optional)
                .collect();
        self.rows
            .iter()
            .map(|(line, fields)| {
                let error = |reason: String| TableError::new(&self.file, Some(*line), reason);
                let field = |i: usize| columns[i].map_or("", |c| fields[c].trim());
                let number = |i: usize, what: &str| -> Result<Option<f64>, TableError> {
                    match field(i) {
                        "" => Ok(None),
                        text => text.parse().map(Some).map_err(|_| error(format!("{what} `{text}` is no number"))),
                    }
                };
                if fields[id].trim().is_empty() || fields[name].trim().is_empty() {
                    return Err(error("an entry needs an id and a name".into()));
                }
                let written = fields[sort].trim();
                let local = LOCAL.iter().find(|(name, _)| *name == written).map(|(_, sort)| *sort);
                let sort = local.or_else(|| EntryType::parse(written)).ok_or_else(|| {
                    let known = EntryType::ALL.iter().map(|t| t.name()).chain(LOCAL.map(|(name, _)| name));
                    error(format!("unknown type `{written}` (known: {})", known.collect::<Vec<_>>().join(", ")))
                })?;
                let position = match (number(3, "latitude")?, number(4, "longitude")?) {
                    (Some(lat), Some(lon)) if lat.abs() <= 90.0 && lon.abs() <= 180.0 => Some((lat as f32, lon as f32)),
                    (Some(_), Some(_)) => return Err(error("coordinates are out of range".into())),
                    (None, None) => None,
                    _ => return Err(error("latitude and longitude come together".into())),
                };
                let overrides = match field(8) {
                    "" | "no" => false,
                    "yes" => true,
                    other => return Err(error(format!("override is yes or no, not `{other}`"))),
                };
                let country = field(0);
                if !country.is_empty() && (country.len() != 2 || !country.bytes().all(|b| b.is_ascii_uppercase())) {
                    return Err(error(format!("`{country}` is no two-letter country code")));
                }
                let geonames_id = number(6, "geonames_id")?;
                if geonames_id.is_some_and(|n| n.fract() != 0.0 || !(0.0..f64::from(MOST_GEONAMES_ID)).contains(&n)) {
                    return Err(error(format!("geonames_id `{}` is no id of GeoNames", field(6))));
                }
                let geonames_id = geonames_id.map(|n| n as u32);
                Ok(Row {
                    id: fields[id].trim().to_owned(),
                    sort,
                    local: local.is_some(),
                    name: fields[name].trim().to_owned(),
                    country: country.to_owned(),
                    admin1: field(1).to_owned(),
                    admin2: field(2).to_owned(),
                    position,
                    population: number(5, "population")?.map_or(0, |p| p.clamp(0.0, f64::from(u32::MAX)) as u32),
                    geonames_id,
                    names: field(7).split('|').map(str::trim).filter(|n| !n.is_empty()).map(str::to_owned).collect(),
                    overrides,
                    line: *line,
                })
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(text: &str) -> String {
        Table::parse("t.tsv", text).and_then(|t| t.entries()).unwrap_err().to_string()
    }

    #[test]
    fn errors_name_file_line_and_reason() {
        assert_eq!(error("id\ttype\n1\tcity\n"), "t.tsv:1: no column `name`");
        assert_eq!(error("id\ttype\tname\nx\tcity\n"), "t.tsv:2: 2 fields, the first line has 3");
        assert!(error("id\ttype\tname\nx\ttown\tY\n").starts_with("t.tsv:2: unknown type `town` (known: country, state"));
        assert_eq!(error("id\ttype\tname\tlat\tlon\nx\tcity\tY\t99\t0\n"), "t.tsv:2: coordinates are out of range");
        assert_eq!(error("id\ttype\tname\tcountry\nx\tcity\tY\tUSA\n"), "t.tsv:2: `USA` is no two-letter country code");
    }

    #[test]
    fn optional_columns_may_be_absent_and_in_any_order() {
        let table = Table::parse("t.tsv", "name\tid\ttype\tnames\nLa Mesa\tx:1\tneighborhood\tThe Mesa|Mesa\n").unwrap();
        let rows = table.entries().unwrap();
        assert_eq!(rows[0].names, ["The Mesa", "Mesa"]);
        assert_eq!((rows[0].sort, rows[0].position), (EntryType::Neighborhood, None));
    }
}
