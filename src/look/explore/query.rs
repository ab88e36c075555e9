//! What is searched for: read from an address, and written to one. The same query has one address.

use crate::summary::filter::date_limit;
use form_urlencoded::{Serializer, parse};

/// In which order rows are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// As they are in the table.
    #[default]
    Table,
    /// The latest first.
    Newest,
    /// The earliest first.
    Oldest,
}

/// A query; what is empty asks for nothing.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Query {
    /// Words of the content; `"two words"` side by side, `wor*` any ending.
    pub words: String,
    /// The name of the speaker.
    pub speaker: String,
    /// The speaker's role.
    pub role: String,
    /// The id of a place; what lies in it is found as well.
    pub place: String,
    /// direct, mixed or indirect
    pub kind: String,
    /// The outlet.
    pub source: String,
    /// The earliest date: a year, a month or a day.
    pub since: String,
    /// The latest date.
    pub until: String,
    /// The least confidence, in percent.
    pub sure: u8,
    /// The order.
    pub order: Order,
    /// The page, from 1.
    pub page: usize,
}

impl Query {
    /// The query of an address; what is none is passed over.
    pub fn parse(parameters: &str) -> Query {
        let mut query = Query { page: 1, ..Query::default() };
        for (name, value) in parse(parameters.as_bytes()) {
            let value = value.trim().to_owned();
            match &*name {
                "q" => query.words = value,
                "speaker" => query.speaker = value,
                "role" => query.role = value,
                "place" => query.place = value,
                "kind" => query.kind = value,
                "source" => query.source = value,
                "since" => query.since = date_limit(&value).unwrap_or_default(),
                "until" => query.until = date_limit(&value).unwrap_or_default(),
                "sure" => query.sure = value.parse().ok().filter(|sure| *sure <= 100).unwrap_or(0),
                "order" if value == "newest" => query.order = Order::Newest,
                "order" if value == "oldest" => query.order = Order::Oldest,
                "page" => query.page = value.parse().unwrap_or(1).max(1),
                _ => {}
            }
        }
        query
    }

    /// Names and values that are not empty, without the page.
    pub fn parameters(&self) -> Vec<(&'static str, String)> {
        let order = match self.order {
            Order::Table => "",
            Order::Newest => "newest",
            Order::Oldest => "oldest",
        };
        let sure = if self.sure > 0 { self.sure.to_string() } else { String::new() };
        let all = [
            ("q", self.words.as_str()),
            ("speaker", &self.speaker),
            ("role", &self.role),
            ("place", &self.place),
            ("kind", &self.kind),
            ("source", &self.source),
            ("since", &self.since),
            ("until", &self.until),
            ("sure", &sure),
            ("order", order),
        ];
        all.into_iter().filter(|(_, value)| !value.is_empty()).map(|(name, value)| (name, value.to_owned())).collect()
    }

    /// The address of the query at a path.
    pub fn address(&self, path: &str) -> String {
        let mut out = Serializer::new(String::new());
        out.extend_pairs(self.parameters());
        if self.page > 1 && path == "/" {
            out.append_pair("page", &self.page.to_string());
        }
        let parameters = out.finish();
        if parameters.is_empty() { path.to_owned() } else { format!("{path}?{parameters}") }
    }

    /// The query with something changed, from its first page.
    pub fn with(&self, change: impl FnOnce(&mut Query)) -> Query {
        let mut query = Query { page: 1, ..self.clone() };
        change(&mut query);
        query
    }

    /// The words as FTS5 wants them: each in quotation marks, so that nothing in them is taken for syntax.
    pub(super) fn match_expression(&self) -> Option<String> {
        let mut terms: Vec<String> = Vec::new();
        // What stands between quotation marks is one phrase; an odd mark at the end opens the last.
        for (at, piece) in self.words.split(['"', '“', '”']).enumerate() {
            if at % 2 == 1 {
                terms.extend(term(piece));
            } else {
                terms.extend(piece.split_whitespace().filter_map(term));
            }
        }
        (!terms.is_empty()).then(|| format!("content : ({})", terms.join(" AND ")))
    }
}

/// A word or phrase; `None` if nothing of it is looked up.
fn term(words: &str) -> Option<String> {
    let (words, open) = words.strip_suffix('*').map_or((words, ""), |words| (words, "*"));
    let words = words.replace('\0', " ");
    words.chars().any(char::is_alphanumeric).then(|| format!("\"{}\"{open}", words.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_has_one_address_and_comes_back_from_it() {
        let text = "q=flood+wall&speaker=Ada+%26+Co&place=ocd-division%2Fcountry%3Aus&since=2020&sure=50&order=newest&page=3";
        let query = Query::parse(text);
        assert_eq!((query.words.as_str(), query.speaker.as_str(), query.sure, query.page), ("flood wall", "Ada & Co", 50, 3));
        assert_eq!(query.address("/"), format!("/?{text}"));
        assert_eq!(Query::parse(&query.address("/")[2..]), query);
        assert_eq!(Query::parse("since=soon&page=0&sure=101&x=y").address("/"), "/");
        assert_eq!(Query::default().address("/rows.csv"), "/rows.csv");
    }

    #[test]
    fn words_are_no_syntax() {
        let expression = |words: &str| Query { words: words.into(), ..Query::default() }.match_expression();
        assert_eq!(expression("flood wall*").unwrap(), "content : (\"flood\" AND \"wall\"*)");
        assert_eq!(expression("“new bridge” OR").unwrap(), "content : (\"new bridge\" AND \"OR\")");
        assert_eq!(expression("a\"b c").unwrap(), "content : (\"a\" AND \"b c\")");
        assert_eq!(expression("-- ) \" ' \0"), None);
    }
}
