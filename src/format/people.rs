//! A user's list of people: tab-separated, with a line of column names. `id` and `name` are required; `aliases` (separated by
//! `|`), `role` and `jurisdiction` may follow, in any order, as may columns that are not read.

use super::Problem;
use crate::collation::people::Listed;
use std::collections::HashMap;
use std::path::Path;

/// Reads a list from a file.
///
/// # Errors
/// All that is wrong with it, by line.
pub fn open(path: &Path) -> Result<Vec<Listed>, Vec<Problem>> {
    let file = path.display().to_string();
    match std::fs::read_to_string(path) {
        Ok(text) => parse(&file, &text),
        Err(error) => Err(vec![Problem::new(file, error.to_string())]),
    }
}

/// Reads a list.
///
/// # Errors
/// All that is wrong with it, by line.
pub fn parse(file: &str, text: &str) -> Result<Vec<Listed>, Vec<Problem>> {
    let problem = |line: usize, reason: String| Problem::new(file, reason).at_line(Some(line as u64));
    let mut lines = text.strip_prefix('\u{feff}').unwrap_or(text).lines().enumerate();
    let header: Vec<&str> = lines.next().map_or(Vec::new(), |(_, line)| line.split('\t').map(str::trim).collect());
    let column = |name: &str| header.iter().position(|column| *column == name);
    let missing = ["id", "name"].into_iter().filter(|name| column(name).is_none());
    let mut problems: Vec<Problem> = missing.map(|name| problem(1, format!("no column `{name}`"))).collect();
    if !problems.is_empty() {
        return Err(problems);
    }
    let mut list = Vec::new();
    let mut lines_of: HashMap<String, usize> = HashMap::new();
    for (at, line) in lines.filter(|(_, line)| !line.trim().is_empty()) {
        let fields: Vec<&str> = line.split('\t').map(str::trim).collect();
        let field = |name: &str| column(name).and_then(|i| fields.get(i)).copied().unwrap_or_default();
        let listed = Listed {
            id: field("id").to_owned(),
            name: field("name").to_owned(),
            aliases: field("aliases").split('|').map(str::trim).filter(|a| !a.is_empty()).map(str::to_owned).collect(),
            role: field("role").to_owned(),
            jurisdiction: field("jurisdiction").to_owned(),
        };
        if fields.len() > header.len() {
            problems.push(problem(at + 1, format!("{} fields, the first line has {}", fields.len(), header.len())));
        } else if listed.id.is_empty() || listed.name.is_empty() {
            problems.push(problem(at + 1, "a person needs an id and a name".into()));
        } else if let Some(before) = lines_of.insert(listed.id.clone(), at + 1) {
            problems.push(problem(at + 1, format!("the id `{}` stands in line {before} as well", listed.id)));
        } else {
            list.push(listed);
        }
    }
    if problems.is_empty() { Ok(list) } else { Err(problems) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_stand_in_any_order_and_may_be_absent() {
        let list =
            parse("p.tsv", "name\tid\taliases\tborn\r\nIrene Voss\tQ1\tI. Voss| Irene K. Voss|\t1970\r\n\nOtto Hale\tQ2\n")
                .unwrap();
        assert_eq!(list[0].aliases, ["I. Voss", "Irene K. Voss"]);
        assert_eq!((list[1].id.as_str(), list[1].name.as_str(), list[1].role.as_str()), ("Q2", "Otto Hale", ""));
    }

    #[test]
    fn all_that_is_wrong_is_told_with_its_line() {
        let wrong = |text: &str| parse("p.tsv", text).unwrap_err().iter().map(Problem::to_string).collect::<Vec<_>>();
        assert_eq!(wrong(""), ["p.tsv:1: no column `id`", "p.tsv:1: no column `name`"]);
        assert_eq!(
            wrong("id\tname\nQ1\tA B\nQ1\tC D\nQ2\t\nQ3\tE F\tx\n"),
            [
                "p.tsv:3: the id `Q1` stands in line 2 as well",
                "p.tsv:4: a person needs an id and a name",
                "p.tsv:5: 3 fields, the first line has 2",
            ]
        );
    }
}
