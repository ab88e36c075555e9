//! Texts as archives hold them, not as style books want them: every engine keeps on its feet and finds what can be found.

use onrecord::Document;
use onrecord::attribution::Engine;
use onrecord::pipeline::{Options, Pipeline};

/// A text, and what each engine finds in it: words of the content, and the speaker.
struct Odd {
    name: &'static str,
    text: &'static str,
    found: &'static [(&'static str, &'static str)],
}

const TEXTS: &[Odd] = &[
    Odd {
        name: "no marks",
        text: "The bridge in Toledo will stay shut, Mayor Ana Ruiz said Monday. She said the deck was cracked. Engineers had warned that the north pier was sinking, according to county records.\n",
        found: &[("The bridge in Toledo will stay shut", "Ana Ruiz"), ("the deck was cracked", "Ana Ruiz")],
    },
    Odd {
        name: "unbalanced",
        text: "“The deck is cracked, Mayor Ana Ruiz said Monday. “Nobody should walk on it,” she added.\n\nEngineer Paul Imhof said the pier was sinking.\n\n\"We told them twice, said Imhof.\n",
        found: &[
            ("Nobody should walk on it", "Ana Ruiz"),
            ("the pier was sinking", "Paul Imhof"),
            ("We told them twice", "Paul Imhof"),
        ],
    },
    Odd {
        name: "one line",
        text: "TOLEDO, Ohio -- The bridge will stay shut, Mayor Ana Ruiz said Monday. \"Nobody should walk on it,\" she said. Engineer Paul Imhof disagreed. \"It would carry a parade,\" he said. \"I would drive on it myself.\" The council meets Friday. Clerk Dora Amsel said the vote was close.\n",
        found: &[
            ("The bridge will stay shut", "Ana Ruiz"),
            ("Nobody should walk on it", "Ana Ruiz"),
            ("It would carry a parade", "Paul Imhof"),
            ("I would drive on it myself", "Paul Imhof"),
            ("the vote was close", "Dora Amsel"),
        ],
    },
    Odd {
        name: "ocr",
        text: "TOLEDO , Ohio - The br1dge wi11 stay shut , Mayor Ana Ruiz sald Monday . \" Nobody should walk on it , \" Ruiz said . Engi-\nneer Paul Imhof said the pier was sink-\ning .\n",
        found: &[("Nobody should walk on it", "Ana Ruiz"), ("the pier was", "Paul Imhof")],
    },
    Odd {
        name: "transcript",
        text: "MS. RUIZ: The bridge will stay shut.\n\nMR. IMHOF: For how long?\n\nMS. RUIZ: Until the deck is mended.\n\nMR. IMHOF: Who pays?\n",
        found: &[("The bridge will stay shut.", "RUIZ"), ("For how long?", "IMHOF"), ("Who pays?", "IMHOF")],
    },
    Odd {
        name: "interview",
        text: "Ana Ruiz runs the bridge office of Toledo. She spoke with us on Monday.\n\nQ: Will it open?\n\nA: Not this year.\n\nQ: Why not?\n\nA: The deck is cracked.\n",
        found: &[("Not this year.", "Ana Ruiz"), ("The deck is cracked.", "Ana Ruiz")],
    },
    Odd {
        name: "poem",
        text: "The river said to the bridge,\n\"Lie down, lie down with me,\"\nand the bridge said nothing,\nas bridges do,\nand the gulls wrote it down.\n",
        found: &[("Lie down, lie down with me", "river")],
    },
    Odd {
        name: "table",
        text: "Name\tVotes\tShare\nAna Ruiz\t1,204\t51.2%\nPaul Imhof\t1,148\t48.8%\n\nTotal\t2,352\t100%\n",
        found: &[],
    },
    Odd {
        name: "marks of all sorts",
        text: "„Die Brücke bleibt zu“, said Ana Ruiz. «The deck is cracked,» said Paul Imhof. ``Nobody walks,'' said Dora Amsel. 'It holds,' said Theo Brandt. ❝It moved,❞ said Lena Ortiz.\n",
        found: &[
            ("Die Brücke bleibt zu", "Ana Ruiz"),
            ("The deck is cracked", "Paul Imhof"),
            ("Nobody walks", "Dora Amsel"),
            ("It holds", "Theo Brandt"),
            ("It moved", "Lena Ortiz"),
        ],
    },
];

/// All capitals: the networks read them, rules need small letters to tell names from other words.
const CAPITALS: Odd = Odd {
    name: "all capitals",
    text: "MAYOR ANA RUIZ SAID MONDAY THAT THE BRIDGE WOULD STAY SHUT.\n\n\"NOBODY SHOULD WALK ON IT,\" RUIZ SAID.\n",
    found: &[("THE BRIDGE WOULD STAY SHUT", "MAYOR ANA RUIZ"), ("NOBODY SHOULD WALK ON IT", "RUIZ")],
};

fn check(engine: &Engine, odd: &Odd) {
    let pipeline = Pipeline::new(Options { engine: engine.clone(), ..Options::default() });
    let document = Document::new("odd", odd.text);
    let annotation = pipeline.annotate(&document);
    let rows: Vec<(String, &str)> = annotation
        .attributions
        .iter()
        .map(|row| {
            let parts: Vec<&str> = row.parts.iter().map(|part| part.of(odd.text)).collect();
            (parts.join(" "), row.speaker.as_ref().map_or("", |s| s.name.as_str()))
        })
        .collect();
    let (engine, name) = (engine.name(), odd.name);
    for &(content, speaker) in odd.found {
        assert!(
            rows.iter().any(|(c, s)| c.contains(content) && *s == speaker),
            "{engine}, {name}: “{content}” by {speaker} in {rows:?}"
        );
    }
    // A table holds no statement, and no text many more than it has.
    assert!(rows.len() <= odd.found.len() + 3, "{engine}, {name}: {rows:?}");
    if odd.found.is_empty() {
        assert!(rows.is_empty(), "{engine}, {name}: {rows:?}");
    }
}

#[test]
fn rules_keep_on_their_feet() {
    TEXTS.iter().for_each(|odd| check(&Engine::Rules, odd));
}

#[test]
fn the_fast_engine_keeps_on_its_feet() {
    let engine = Engine::fast().expect("weights are in the binary");
    TEXTS.iter().chain([&CAPITALS]).for_each(|odd| check(&engine, odd));
}

#[cfg(feature = "accurate")]
#[test]
fn the_accurate_engine_keeps_on_its_feet() {
    use onrecord::attribution::Effort;
    use onrecord::encoder::Encoder;

    let engine = Encoder::large().map(|large| Engine::accurate(large, Effort::Normal)).expect("weights are in the binary");
    TEXTS.iter().chain([&CAPITALS]).for_each(|odd| check(&engine, odd));
}
