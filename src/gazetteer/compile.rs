//! Compiles tables into a gazetteer file, the same bytes from the same tables.

use super::file::{AREAS, Area, Arrays, HEADS, Key, LIMIT, Meaning, Meanings, Record, State, push_string};
use super::table::{Row, Table, TableError};
use super::{EntryType, NameKind};
use crate::lexicon::Lexicon;
use crate::token::{TokenKind, tokenize};
use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// What each table added.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// The table, the rows it holds, and the names (word sequence and entry) that no table before it gave.
    pub tables: Vec<(String, usize, usize)>,
    /// Entries in all.
    pub entries: usize,
    /// Different names (word sequences) in all.
    pub names: usize,
}

/// Compiles all tables (`*.tsv`) in the folders `places` and `agencies` of a folder.
///
/// A table with a column `type` holds entries; one with `kind`, further names of them; one with `adjective`, demonyms.
///
/// # Errors
/// If a table cannot be read, an id stands twice, or a name is given to an id that no table holds.
pub fn compile(lexicon: &Lexicon, folder: &Path) -> Result<(Vec<u8>, Report), TableError> {
    let mut tables = Vec::new();
    for part in ["places", "agencies"] {
        for path in tsv_files(&folder.join(part))? {
            tables.push(Table::open(&path)?);
        }
    }
    compile_tables(lexicon, &tables)
}

/// Compiles tables that were read; see [`compile`].
///
/// # Errors
/// As [`compile`].
pub fn compile_tables(lexicon: &Lexicon, tables: &[Table]) -> Result<(Vec<u8>, Report), TableError> {
    let mut compiler = Compiler { lexicon, rows: Vec::new(), ids: HashMap::new(), names: BTreeMap::new() };
    let mut report = Report::default();
    // Entries first: names and demonyms refer to them.
    let mut pending = Vec::new();
    for table in tables {
        match table.entries() {
            Ok(rows) => {
                let count = rows.len();
                let added = compiler.add_entries(table, rows)?;
                report.tables.push((table.file().to_owned(), count, added));
            }
            Err(error) if table.select(["type"]).is_ok() => return Err(error),
            Err(_) => pending.push(table),
        }
    }
    for table in pending {
        let (count, added) = compiler.add_names(table)?;
        report.tables.push((table.file().to_owned(), count, added));
    }
    report.entries = compiler.rows.len();
    report.names = compiler.names.len();
    Ok((compiler.arrays()?.to_bytes(), report))
}

fn tsv_files(folder: &Path) -> Result<Vec<PathBuf>, TableError> {
    let error = |e: std::io::Error| TableError::new(&folder.display().to_string(), None, e.to_string());
    let mut files = Vec::new();
    for item in std::fs::read_dir(folder).map_err(error)? {
        let path = item.map_err(error)?.path();
        if path.extension().is_some_and(|e| e == "tsv") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// What a name may mean, as it is gathered: by entry, in which capacity, and its fixed spelling if it has one.
type Gathered = BTreeMap<u32, (NameKind, Option<String>)>;

struct Compiler<'a> {
    lexicon: &'a Lexicon,
    rows: Vec<Row>,
    ids: HashMap<String, u32>,
    /// By the hashes of the words of a name.
    names: BTreeMap<Vec<u64>, Gathered>,
}

impl Compiler<'_> {
    fn add_entries(&mut self, table: &Table, rows: Vec<Row>) -> Result<usize, TableError> {
        let mut added = 0;
        for row in rows {
            let index = self.rows.len() as u32;
            if self.ids.insert(row.id.clone(), index).is_some() {
                return Err(TableError::new(table.file(), Some(row.line), format!("the id `{}` stands twice", row.id)));
            }
            added += self.add_variants(index, &row.name, NameKind::Name);
            for name in &row.names {
                let kind = if is_written_in_capitals(name) { NameKind::Abbreviation } else { NameKind::Alternate };
                added += self.add_variants(index, name, kind);
            }
            if row.sort == EntryType::County
                && let Some(base) = county_base(&row.name)
            {
                added += self.add_variants(index, base, NameKind::Base);
            }
            self.rows.push(row);
        }
        Ok(added)
    }

    fn add_names(&mut self, table: &Table) -> Result<(usize, usize), TableError> {
        let mut added = 0;
        let names = table.select(["id", "name", "kind"]);
        let demonyms = table.select(["id", "adjective", "singular", "plural"]);
        let mut list = Vec::new();
        if let Ok(rows) = &names {
            for (line, [id, name, kind]) in rows {
                let kind = match *kind {
                    "alternate" | "short" | "historic" | "exonym" | "nickname" | "formal" => NameKind::Alternate,
                    "abbreviation" | "acronym" => NameKind::Abbreviation,
                    "postal" => NameKind::Postal,
                    "seat" | "capital-as-government" => NameKind::Seat,
                    other => return Err(TableError::new(table.file(), Some(*line), format!("unknown kind of name `{other}`"))),
                };
                list.push((*line, *id, *name, kind));
            }
        } else if let Ok(rows) = &demonyms {
            for (line, [id, adjective, singular, plural]) in rows {
                for (forms, kind) in [(adjective, NameKind::Adjective), (singular, NameKind::Person), (plural, NameKind::People)]
                {
                    list.extend(forms.split('|').filter(|f| !f.is_empty()).map(|form| (*line, *id, form.trim(), kind)));
                }
            }
        } else {
            return Err(TableError::new(
                table.file(),
                Some(1),
                "neither entries (id type name …) nor names (id name kind) nor demonyms (id adjective singular plural)",
            ));
        }
        for (line, id, name, kind) in &list {
            let Some(&index) = self.ids.get(*id) else {
                return Err(TableError::new(table.file(), Some(*line), format!("no table holds the id `{id}`")));
            };
            added += if kind.is_demonym() { self.add_name(index, name, *kind) } else { self.add_variants(index, name, *kind) };
        }
        Ok((names.map_or_else(|_| demonyms.map_or(0, |d| d.len()), |n| n.len()), added))
    }

    /// Adds a name in the spellings that news writes: `St. Louis`, `St Louis`, `Saint Louis`; with and without diacritics.
    fn add_variants(&mut self, index: u32, name: &str, kind: NameKind) -> usize {
        let mut spellings = vec![name.to_owned()];
        for group in [["Saint", "St.", "St"], ["Mount", "Mt.", "Mt"], ["Fort", "Ft.", "Ft"], ["Sainte", "Ste.", "Ste"]] {
            if let Some((first, rest)) = name.split_once(' ')
                && group.contains(&first)
            {
                spellings.extend(group.iter().filter(|&&g| g != first).map(|g| format!("{g} {rest}")));
            }
        }
        if !name.is_ascii() {
            let plain: Vec<String> = spellings.iter().map(|s| s.nfd().filter(|&c| !is_combining_mark(c)).collect()).collect();
            spellings.extend(plain.into_iter().filter(|p| p != name));
        }
        spellings.iter().map(|spelling| self.add_name(index, spelling, kind)).sum()
    }

    /// Adds one spelling; returns 1 if it is new for the entry.
    fn add_name(&mut self, index: u32, name: &str, kind: NameKind) -> usize {
        // `Washington, D.C.` is a name and what holds it; `New York state` a name and its type.
        let typed = name
            .rsplit(' ')
            .next()
            .is_some_and(|last| matches!(last, "state" | "province" | "region" | "county" | "district" | "city"));
        let tokens = tokenize(self.lexicon, name);
        let words: Vec<u64> = tokens.iter().filter(|t| t.kind != TokenKind::Hyphen).map(|t| t.hash).collect();
        if words.is_empty() || name.contains(',') || typed {
            return 0;
        }
        let fixed = (kind == NameKind::Postal || is_written_in_capitals(name)).then(|| name.to_owned());
        let meanings = self.names.entry(words).or_default();
        match meanings.get_mut(&index) {
            // A spelling that is free wins over a fixed one, and the better capacity over the other.
            Some((known, spelling)) => {
                if fixed.is_none() {
                    *spelling = None;
                }
                *known = (*known).min(kind);
                0
            }
            None => {
                meanings.insert(index, (kind, fixed));
                1
            }
        }
    }

    fn arrays(&self) -> Result<Arrays, TableError> {
        let mut arrays = Arrays::default();
        let mut strings = Strings::default();
        let mut areas = Numbers::default();
        for row in &self.rows {
            let country = row.country.as_bytes();
            let country = if country.len() == 2 { [country[0], country[1]] } else { [0, 0] };
            let area = Area { country, reserved: [0; 2], admin1: strings.add(&row.admin1), admin2: strings.add(&row.admin2) };
            let area = areas.number(area);
            if area >= AREAS {
                return Err(limit(&format!("{AREAS} different countries with codes of divisions")));
            }
            let follows = row.geonames_id.is_some_and(|number| number != 0 && row.id == format!("geonames:{number}"));
            let id = if follows { 0 } else { strings.add_id(&row.id) + 1 };
            let name = strings.add(&row.name);
            // Nothing says which towns lie in a district that is known near by alone.
            if !row.local && matches!(row.sort, EntryType::Country | EntryType::State | EntryType::County) {
                arrays.governments.push(arrays.records.len() as u32);
            }
            arrays.records.push(Record::new(row, id, name, area as u16));
        }
        if arrays.records.len() > LIMIT as usize {
            return Err(limit(&format!("{LIMIT} entries")));
        }
        let mut states: BTreeMap<Key, (bool, Option<Meanings>)> = BTreeMap::new();
        for (words, meanings) in &self.names {
            let mut key = Key::start();
            for &word in &words[..words.len() - 1] {
                key = key.extend(word);
                states.entry(key).or_default().0 = true;
            }
            let overrides = meanings.keys().any(|&i| self.rows[i as usize].overrides);
            let list: Vec<(Meaning, Option<u32>)> = meanings
                .iter()
                .map(|(&index, (kind, fixed))| (Meaning::new(index, *kind), fixed.as_ref().map(|s| strings.add(s))))
                .collect();
            states.entry(key.extend(words[words.len() - 1])).or_default().1 = Some(arrays.add_meanings(&list, overrides));
        }
        let state = |(longer, meanings): (bool, Option<Meanings>)| {
            let state = State::new(longer);
            if let Some(meanings) = meanings { state.with(meanings) } else { state }
        };
        arrays.keys = states.into_iter().map(|(key, known)| (key, state(known))).collect();
        arrays.areas = areas.list;
        arrays.heads = strings.heads.list;
        arrays.strings = strings.bytes;
        Ok(arrays)
    }
}

fn limit(what: &str) -> TableError {
    TableError::new("all tables together", None, format!("more than {what}"))
}

/// Numbers things in the order in which they come.
struct Numbers<T> {
    list: Vec<T>,
    known: HashMap<T, usize>,
}

impl<T> Default for Numbers<T> {
    fn default() -> Numbers<T> {
        Numbers { list: Vec::new(), known: HashMap::new() }
    }
}

impl<T: Copy + Eq + std::hash::Hash> Numbers<T> {
    fn number(&mut self, thing: T) -> usize {
        *self.known.entry(thing).or_insert_with(|| {
            self.list.push(thing);
            self.list.len() - 1
        })
    }
}

#[derive(Default)]
struct Strings {
    bytes: Vec<u8>,
    known: HashMap<String, u32>,
    heads: Numbers<u32>,
}

impl Strings {
    fn add(&mut self, text: &str) -> u32 {
        if let Some(&at) = self.known.get(text) {
            return at;
        }
        let at = self.bytes.len() as u32;
        push_string(&mut self.bytes, text);
        self.known.insert(text.to_owned(), at);
        at
    }

    /// Adds an identifier: the number of what it starts with (`ocd-division/country:us/state:tx/place:`) and the rest.
    fn add_id(&mut self, id: &str) -> u32 {
        let split = id.rfind([':', '/']).map_or(0, |at| at + 1);
        let split = if self.heads.list.len() < HEADS - 1 { split } else { 0 };
        let head = self.add(&id[..split]);
        let head = self.heads.number(head) as u16;
        let at = self.bytes.len() as u32;
        self.bytes.extend(head.to_le_bytes());
        push_string(&mut self.bytes, &id[split..]);
        at
    }
}

/// Whether a name is an acronym or a code, whose capitals tell it from a word: `US`, `U.K.`, `ICE`.
fn is_written_in_capitals(name: &str) -> bool {
    let letters = name.chars().filter(|c| c.is_alphabetic()).count();
    (2..=6).contains(&letters) && name.chars().all(|c| c.is_uppercase() || matches!(c, '.' | '&'))
}

/// `Cook` of `Cook County`.
fn county_base(name: &str) -> Option<&str> {
    [" County", " Parish", " Borough", " Census Area", " Municipality"].iter().find_map(|word| name.strip_suffix(word))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gazetteer::{Gazetteer, Layer};

    const PLACES: &str = "id\ttype\tname\tcountry\tnames\noc:us\tcountry\tUnited States\tUS\tUS|U.S.\nx:ga\tstate\tGeorgia\tUS\t\nx:tech\torganization\tGeorgia Tech\tUS\t\nx:stl\tcity\tSt. Louis\tUS\t\n";

    fn gazetteer(lexicon: &Lexicon, tables: &[&str]) -> Gazetteer {
        let tables: Vec<Table> = tables.iter().map(|t| Table::parse("t.tsv", t).unwrap()).collect();
        let (bytes, _) = compile_tables(lexicon, &tables).unwrap();
        let mut gazetteer = Gazetteer::empty();
        gazetteer.add(Layer::from_bytes(&bytes).unwrap());
        gazetteer
    }

    fn names(gazetteer: &Gazetteer, lexicon: &Lexicon, text: &str) -> Vec<String> {
        let tokens = tokenize(lexicon, text);
        let matches = gazetteer.matches(text, &tokens, 0);
        matches.iter().flat_map(|m| &m.candidates).map(|c| gazetteer.entry(c.entry).name().to_owned()).collect()
    }

    #[test]
    fn names_match_longest_first_with_fallback() {
        let lexicon = Lexicon::english();
        let gazetteer = gazetteer(&lexicon, &[PLACES]);
        assert_eq!(names(&gazetteer, &lexicon, "Georgia Tech won"), ["Georgia Tech", "Georgia"]);
        assert_eq!(names(&gazetteer, &lexicon, "Georgia Technical won"), ["Georgia"]);
        assert_eq!(names(&gazetteer, &lexicon, "SAINT LOUIS won"), ["St. Louis"]);
        assert_eq!(names(&gazetteer, &lexicon, "US won"), ["United States"]);
        assert!(names(&gazetteer, &lexicon, "Us won").is_empty());
    }

    #[test]
    fn a_later_layer_adds_or_overrides() {
        let lexicon = Lexicon::english();
        let mut gazetteer = gazetteer(&lexicon, &[PLACES]);
        for (table, expected) in [
            ("id\ttype\tname\nx:2\tcountry\tGeorgia\n", vec!["Georgia", "Georgia"]),
            ("id\ttype\tname\tnames\toverride\nx:3\tperson\tGeorgia Ray\tGeorgia\tyes\n", vec!["Georgia Ray"]),
        ] {
            let (bytes, _) = compile_tables(&lexicon, &[Table::parse("u.tsv", table).unwrap()]).unwrap();
            gazetteer.add(Layer::from_bytes(&bytes).unwrap());
            assert_eq!(names(&gazetteer, &lexicon, "Georgia won"), expected);
        }
    }

    #[test]
    fn the_same_tables_make_the_same_bytes_and_damage_is_noticed() {
        let lexicon = Lexicon::english();
        let tables = [Table::parse("t.tsv", PLACES).unwrap()];
        let (bytes, report) = compile_tables(&lexicon, &tables).unwrap();
        assert_eq!(bytes, compile_tables(&lexicon, &tables).unwrap().0);
        assert_eq!(report.entries, 4);
        let mut damaged = bytes.clone();
        *damaged.last_mut().unwrap() ^= 1;
        assert!(Layer::from_bytes(&damaged).is_err_and(|e| e == crate::gazetteer::FileError::Damaged));
        assert!(Layer::from_bytes(b"nonsense").is_err_and(|e| e == crate::gazetteer::FileError::NotAGazetteer));
    }

    #[test]
    fn mistakes_in_tables_name_file_line_and_reason() {
        let lexicon = Lexicon::english();
        let error = |tables: &[(&str, &str)]| {
            let tables: Vec<Table> = tables.iter().map(|(f, t)| Table::parse(f, t).unwrap()).collect();
            compile_tables(&lexicon, &tables).map(|_| ()).unwrap_err().to_string()
        };
        assert_eq!(
            error(&[("a.tsv", PLACES), ("b.tsv", "id\ttype\tname\nx:ga\tstate\tGeorgia\n")]),
            "b.tsv:2: the id `x:ga` stands twice"
        );
        assert_eq!(
            error(&[("a.tsv", PLACES), ("n.tsv", "id\tname\tkind\nx:zz\tZed\tshort\n")]),
            "n.tsv:2: no table holds the id `x:zz`"
        );
        assert_eq!(
            error(&[("a.tsv", PLACES), ("n.tsv", "id\tname\tkind\nx:ga\tGa.\todd\n")]),
            "n.tsv:2: unknown kind of name `odd`"
        );
    }
}
