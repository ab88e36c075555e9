//! The long lists, compiled: words of the dictionary, verbs that report nothing, names of persons.
//!
//! 75,000 words are too many to be entered at each start. `build.rs`, which shares this file, reads their lists when the program is built, and
//! the binary embeds the arrays that come of it.

use super::class::Classes;
use super::list::{self, Entry, ListError};
use crate::fold::fold_hash;
use crate::word_table::WordTable;

/// The lists, below `gazetteers/`, in the order in which they are read.
pub const LISTS: [&str; 4] = ["language/en/words.txt", "language/en/verbs.txt", "people/given-names.tsv", "people/surnames.tsv"];

/// The share of men among the bearers of a word that is no given name.
const NO_NAME: u8 = u8::MAX;

/// What the lists say: an element for each word, of which number 0 is the unknown one.
pub struct Bulk {
    /// Numbers of words by hash; see [`crate::word_table`].
    pub words: WordTable,
    /// Their classes.
    pub classes: Vec<Classes>,
    /// The share of men among the bearers of a given name, in per cent; above 100 for other words.
    pub men: Vec<u8>,
    /// How many people bear a surname.
    pub bearers: Vec<u32>,
}

impl Bulk {
    /// Reads the texts of [`LISTS`].
    ///
    /// # Errors
    /// If one is malformed.
    pub fn read(texts: [&str; LISTS.len()]) -> Result<Bulk, ListError> {
        let mut bulk =
            Bulk { words: WordTable::with_room(50_000), classes: vec![Classes::default()], men: vec![NO_NAME], bearers: vec![0] };
        let [words, verbs, given_names, surnames] = std::array::from_fn(|i| (LISTS[i], texts[i]));
        for entry in list::entries(words) {
            bulk.add(entry?.text, Classes::COMMON);
        }
        for entry in list::entries(verbs) {
            bulk.add_verb(&entry?)?;
        }
        // The first line names the columns.
        for entry in list::entries(given_names).skip(1) {
            let entry = entry?;
            let men = entry.fields().nth(1).and_then(|men| men.parse().ok()).filter(|&men| men <= 100);
            let word = bulk.add(entry.text, Classes::GIVEN_NAME);
            bulk.men[word] = men.ok_or_else(|| entry.error("the third column is the share of men in per cent"))?;
        }
        for entry in list::entries(surnames).skip(1) {
            let entry = entry?;
            let count = entry.fields().next().and_then(|count| count.parse().ok());
            let word = bulk.add(entry.text, Classes::SURNAME);
            bulk.bearers[word] = count.ok_or_else(|| entry.error("the second column is a count"))?;
        }
        Ok(bulk)
    }

    fn add(&mut self, spelling: &str, classes: Classes) -> usize {
        let word = self.words.add(fold_hash(spelling)) as usize;
        if word == self.classes.len() {
            self.classes.push(classes);
            self.men.push(NO_NAME);
            self.bearers.push(0);
        } else {
            self.classes[word] = self.classes[word].or(classes);
        }
        word
    }

    fn add_verb(&mut self, entry: &Entry<'_>) -> Result<(), ListError> {
        let forms: Vec<&str> = entry.attributes().collect();
        let (third, past, participle, ing, noun) = match forms[..] {
            [third, past, participle, ing] => (third, past, participle, ing, Classes::default()),
            [third, past, participle, ing, "noun"] => (third, past, participle, ing, Classes::VERB_NOUN),
            _ => {
                return Err(entry
                    .error("a verb has four forms (third person, past, participle, -ing), and `noun` if it is more often one"));
            }
        };
        let verb = Classes::VERB.or(Classes::COMMON);
        self.add(entry.text, verb.or(Classes::BASE).or(noun));
        self.add(third, verb.or(Classes::FINITE).or(noun));
        self.add(past, verb.or(Classes::FINITE).or(Classes::PAST));
        self.add(participle, verb.or(Classes::PAST));
        self.add(ing, verb.or(Classes::PARTICIPLE_ING));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::word_table;

    fn read(verbs: &str, given_names: &str, surnames: &str) -> Result<Bulk, String> {
        Bulk::read(["# words\nmark\n", verbs, given_names, surnames]).map_err(|error| error.to_string())
    }

    #[test]
    fn a_word_has_what_all_lists_say() {
        let verbs = "mark\tmarks marked marked marking noun\n";
        let bulk = read(verbs, "name\tcount\tmale\nMark\t9\t99\n", "name\tcount\nMark\t7\nSmith\t8\n").unwrap();
        let find = |word| word_table::find(bulk.words.slots(), fold_hash(word)) as usize;
        let mark = find("MARK");
        for class in [Classes::COMMON, Classes::BASE, Classes::VERB_NOUN, Classes::GIVEN_NAME, Classes::SURNAME] {
            assert!(bulk.classes[mark].any(class));
        }
        assert_eq!((bulk.men[mark], bulk.bearers[mark]), (99, 7));
        assert_eq!((bulk.men[find("smith")], bulk.bearers[find("smith")]), (NO_NAME, 8));
        assert!(!bulk.classes[find("marked")].any(Classes::VERB_NOUN));
        assert_eq!(find("unheard"), 0);
    }

    #[test]
    fn errors_name_list_and_line() {
        for (verbs, given_names, surnames, expected) in [
            ("go\tgoes\n", "", "", "verbs.txt:1: a verb has four forms"),
            ("", "name\tcount\tmale\nAnn\t9\t101\n", "", "given-names.tsv:2: the third column"),
            ("", "name\tcount\tmale\nAnn\t9\n", "", "given-names.tsv:2: the third column"),
            ("", "", "name\tcount\n\nLee\tmany\n", "surnames.tsv:3: the second column"),
        ] {
            let error = read(verbs, given_names, surnames).map(|_| ()).unwrap_err();
            assert!(error.contains(expected), "{error}");
        }
    }
}
