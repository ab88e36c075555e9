//! No input takes more than linear time: for each kind of text, four times as much of it may take at most eight times as long.

use libtest_mimic::{Arguments, Failed, Trial};
use onrecord::Document;
use onrecord::format::Format;
use onrecord::pipeline::{Cues, Options, Pipeline};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How a piece of a text is made from its number.
type Piece = fn(usize) -> String;

/// A word of its own for each number: `Baba`, `Babe` and so on.
fn name(number: usize) -> String {
    const SYLLABLES: [&str; 20] = [
        "ba", "de", "fi", "go", "hu", "ka", "le", "mi", "no", "pu", "ra", "se", "ti", "vo", "wu", "xa", "ze", "bro", "dra", "sta",
    ];
    let mut word = String::new();
    let mut rest = number + 400;
    while rest > 0 {
        word.push_str(SYLLABLES[rest % 20]);
        rest /= 20;
    }
    word[..1].to_uppercase() + &word[1..]
}

/// Towns with a name of their own, to be different places.
#[rustfmt::skip]
const TOWNS: [&str; 24] = [
    "Toledo", "Dayton", "Akron", "Duluth", "Moline", "Boise", "Tacoma", "Yuma", "Reno", "Fresno", "Omaha", "Tulsa", "Lagos", "Kyiv", "Osaka", "Lima", "Turin", "Perth", "Cairo",
    "Quito", "Oslo", "Riga", "Accra", "Hanoi",
];

/// The kinds of text: a name, and the pieces that are set one behind the other.
const KINDS: &[(&str, Piece)] = &[
    // marks
    ("openers", |_| "“".into()),
    ("closers", |_| "”".into()),
    ("straight marks", |_| "\"".into()),
    ("single straight marks", |_| "'".into()),
    ("straight marks apart", |_| "\" ".into()),
    ("openers with a word", |_| "“pump ".into()),
    ("closers with a word", |_| "pump” ".into()),
    ("single openers with a word", |_| "'pump ".into()),
    ("single curly openers with a word", |_| "‘pump ".into()),
    ("single closers with a word", |_| "pumps' ".into()),
    ("single openers with two words", |_| "'pump failed ".into()),
    ("alternating marks", |i| if i % 2 == 0 { "“a ".into() } else { "'b ".into() }),
    ("nested marks, opened", |i| if i % 2 == 0 { "“a ‘".into() } else { "‘b “".into() }),
    ("nested marks, closed", |_| "“he ‘said’ so” ".into()),
    ("guillemets", |i| if i % 2 == 0 { "«a ".into() } else { "b» ".into() }),
    ("backquotes", |_| "``a ".into()),
    ("backquotes alone", |_| "`".into()),
    ("entities", |_| "&quot;a ".into()),
    ("ampersands", |_| "&".into()),
    ("single openers, then one double", |i| if i == 9 { "“a ".into() } else { "‘a b ".into() }),
    ("double openers in single quotations", |_| "‘a “b c ".into()),
    ("double openers behind single quotations", |_| "‘a b’ ‘c d’ “x ".into()),
    ("opening brackets", |_| "(".into()),
    ("opening brackets with a word", |_| "(pump ".into()),
    ("closing brackets", |_| ")".into()),
    ("square brackets with a number", |_| "[1".into()),
    // characters
    ("blanks", |_| " ".into()),
    ("line breaks", |_| "\n".into()),
    ("carriage returns", |_| "\r".into()),
    ("full stops", |_| ".".into()),
    ("full stops apart", |_| ". ".into()),
    ("ellipses", |_| "… A".into()),
    ("hyphens", |_| "-".into()),
    ("dashes", |_| "— ".into()),
    ("commas", |_| ",".into()),
    ("colons", |_| "A: ".into()),
    ("letters", |_| "a".into()),
    ("capitals", |_| "A".into()),
    ("digits", |_| "1".into()),
    ("numbers with commas", |_| "1,".into()),
    ("words with hyphens", |_| "well-".into()),
    ("words with stops", |_| "ab.".into()),
    ("words with underscores", |_| "ab_".into()),
    ("accents and underscores", |_| "é_".into()),
    ("accents and stops", |_| "é.é".into()),
    ("accents and curly apostrophes", |_| "é’".into()),
    ("letters of others and combining marks", |_| "б\u{1ab0}".into()),
    ("letters with stops", |_| "a.b.".into()),
    ("letters and apostrophes", |_| "a'".into()),
    ("letters and curly apostrophes", |_| "a’".into()),
    ("at signs", |_| "@a".into()),
    ("mail addresses", |_| "a@b.".into()),
    ("addresses", |_| "http://".into()),
    ("www", |_| "www.a".into()),
    ("ideographs", |_| "東".into()),
    ("accents", |_| "é".into()),
    ("combining marks", |_| "\u{301}".into()),
    ("letters and combining marks", |_| "e\u{301}".into()),
    ("zero-width characters", |_| "\u{200b}".into()),
    ("joined emoji", |_| "👩\u{200d}".into()),
    ("thai", |_| "ไทย".into()),
    ("bullets", |_| "• a\n".into()),
    // words
    ("words without a stop", |_| "water ".into()),
    ("capitalised words without a stop", |_| "Water ".into()),
    ("capitals without a stop", |_| "WATER ".into()),
    ("names without a stop", |i| name(i) + " "),
    ("initials", |_| "J. ".into()),
    ("titles", |_| "Mr. ".into()),
    ("offices", |_| "Mayor ".into()),
    ("offices of many, and one of them", |i| format!("Sheriff {} Voss said no. The sheriff said yes. ", name(i))),
    ("one office, and lower ones", |i| {
        if i == 0 { "Deputy Sheriff Ann Voss said no. ".into() } else { "The sheriff said yes. Voss left. ".into() }
    }),
    ("abbreviations", |_| "U.S. ".into()),
    ("of the", |_| "of the ".into()),
    ("of names", |i| format!("{} of ", name(i))),
    ("names and names", |i| format!("{} and ", name(i))),
    ("names after names", |i| format!("{}, ", name(i))),
    ("cues", |_| "said ".into()),
    ("cues and that", |_| "said that ".into()),
    ("sources and cues without a stop", |_| "Voss said ".into()),
    ("according to", |_| "according to ".into()),
    ("clauses before cues", |_| "Taxes are low, she said. ".into()),
    ("who said", |_| "who said ".into()),
    ("noun phrases", |_| "the head of ".into()),
    ("possessives", |_| "the board's ".into()),
    ("appositions", |_| "Voss, the mayor, ".into()),
    ("appositions of names", |i| format!("{}, a farmer, ", name(i))),
    ("infinitives", |_| "promised to ".into()),
    ("colons and cues", |_| "she added: ".into()),
    // places
    ("one place", |_| "Toledo ".into()),
    ("one place with a comma", |_| "Toledo, ".into()),
    ("one place and its state", |_| "Springfield, Ill., ".into()),
    ("one place of many namesakes", |_| "Springfield. ".into()),
    ("words that start a long name", |_| "New York ".into()),
    ("a place that opens a body's name", |_| "Georgia Tech ".into()),
    ("counties", |_| "Cook and ".into()),
    ("many places", |i| format!("{} is far. ", TOWNS[i % 24])),
    ("many places that speak", |i| format!("{} said it was far. ", TOWNS[i % 24])),
    ("statements about many places", |i| format!("A boat sank in {}. Voss said it leaked. ", TOWNS[i % 24])),
    ("statements about the city", |i| format!("“The city can wait,” said Mayor {} of {}.\n", name(i), TOWNS[i % 24])),
    ("one statement about the city", |i| {
        if i == 0 { "“We won,” she said. “Here ".into() } else { "the city is ours. ".into() }
    }),
    ("quotations about the city", |i| if i == 0 { "“We won,” she said. ".into() } else { "“The city is ours.” ".into() }),
    ("agencies among towns", |i| {
        if i % 2 == 0 { format!("{} is far. ", TOWNS[i / 2 % 24]) } else { "The FBI said it would wait. ".into() }
    }),
    ("datelines", |i| format!("TOLEDO, Ohio (LW) — {} said no.\n\n", name(i))),
    ("almost datelines", |_| "TOLEDO, Ohio ".into()),
    ("agencies", |_| "The FBI said it would wait. ".into()),
    ("agencies in brackets", |_| "Federal Aviation Administration (FAA) ".into()),
    // articles
    ("short sentences", |_| "The pump failed. ".into()),
    ("short paragraphs", |_| "The pump failed.\n\n".into()),
    ("one-word paragraphs", |_| "Pump\n\n".into()),
    ("wrapped lines", |_| "the pump failed and the\n".into()),
    ("lines without a stop", |_| "The pump failed\n".into()),
    ("indirect reports", |_| "Voss said the pump failed. ".into()),
    ("indirect reports of one full name", |_| "Irene Voss said the pump failed. ".into()),
    ("one full name, then surnames", |i| if i == 0 { "Irene Voss came. ".into() } else { "Voss said the pump failed. ".into() }),
    ("two of one surname, then surnames", |i| {
        if i == 0 { "Irene Voss met Otto Voss. ".into() } else { "Voss said it failed. ".into() }
    }),
    ("many full names of one surname", |i| format!("{} Voss said it failed. ", name(i))),
    ("many full names of one given name", |i| format!("Irene {} said it failed. ", name(i))),
    ("many names that speak", |i| format!("{} said it failed. ", name(i))),
    ("many firms", |i| format!("{} Inc. said it failed. ", name(i))),
    ("many firms and short names", |i| format!("{} Shipping Inc. failed. {} said so. ", name(i), name(i + 7))),
    ("many acronyms", |i| format!("The {} said so. ", name(i).to_uppercase())),
    ("many acronyms in brackets", |i| format!("The {} Growers Association ({}GA) said so. ", name(i), &name(i)[..1])),
    ("brackets before any body", |i| format!("pump ({}) ", name(i).to_uppercase())),
    ("pronouns without a person", |_| "She said the pump failed. ".into()),
    ("pronouns and a person", |i| if i == 0 { "Irene Voss came. ".into() } else { "She said the pump failed. ".into() }),
    ("pronouns after many persons", |i| format!("Irene {} met Otto {}. She said it failed. ", name(i), name(i + 3))),
    ("they", |_| "They said the pump failed. ".into()),
    ("it said", |_| "It said the pump failed. ".into()),
    ("offices without a person", |_| "The mayor said the pump failed. ".into()),
    ("offices among many persons", |i| format!("Irene {} came. The mayor said it failed. ", name(i))),
    ("offices of many persons", |i| format!("Mayor {} came. The sheriff said it failed. ", name(i))),
    ("an office in doubt", |i| format!("Otto {} came. A lawyer said it failed. ", name(i))),
    ("the agency", |i| format!("{} came. The agency said it failed. ", name(i))),
    ("the association among firms", |i| format!("{} Inc. grew. The association said it failed. ", name(i))),
    ("quotations with a speaker", |_| "“The pump failed,” Voss said. ".into()),
    ("quotations with a speaker, a paragraph each", |_| "“The pump failed,” Voss said.\n\n".into()),
    ("quotations without a speaker", |_| "“The pump failed twice in May.” ".into()),
    ("quotations without a speaker, a paragraph each", |_| "“The pump failed twice in May.”\n\n".into()),
    ("quotations never closed", |_| "“The pump failed twice in May.\n\n".into()),
    ("one speaker, then quotations", |i| {
        if i == 0 { "“It failed,” said Irene Voss.\n\n".into() } else { "“The pump failed twice in May.”\n\n".into() }
    }),
    ("a statement, then quotations", |i| {
        if i == 0 { "Voss said it failed. ".into() } else { "“The pump failed twice in May.” ".into() }
    }),
    ("scare quotes", |_| "the “new” pump ".into()),
    ("interrupted quotations", |_| "“The pump,” Voss said, “failed.” ".into()),
    ("quotations before one cue", |i| if i == 5000 { "Voss said. ".into() } else { "“Pump.” ".into() }),
    ("questions", |_| "“Who pays?” asked Voss. ".into()),
    ("transcripts", |i| format!("{}: The pump failed.\n\n", ["MR. HALE", "MS. VOSS", "THE COURT"][i % 3])),
    ("transcripts of many", |i| format!("{}: The pump failed.\n\n", name(i / 2).to_uppercase())),
    ("a transcript that goes on", |i| {
        if i < 8 { "VOSS: The pump failed.\n\n".into() } else { "It failed.\n\nVOSS: Yes.\n\n".into() }
    }),
    ("questions and answers", |i| if i % 2 == 0 { "Q: Why?\n\n".into() } else { "A: The pump failed.\n\n".into() }),
    ("participles", |_| "Voss left, saying it failed, adding that it failed. ".into()),
    ("cues inside one sentence", |_| "Voss said it failed, and Hale said it did not, ".into()),
    ("clauses before one cue", |_| "the pump failed, ".into()),
];

/// The size of the smaller text, in bytes; `ONRECORD_SIZE` is another.
const SIZE: usize = 60_000;

/// What is too short to measure.
const CLOCK: Duration = Duration::from_millis(2);

fn main() -> ExitCode {
    let arguments = Arguments { test_threads: Some(1), ..Arguments::from_args() };
    let pipeline = Arc::new(Pipeline::new(Options { cues: Cues::All, ..Options::default() }));
    let trials = KINDS.iter().map(|&(kind, piece)| {
        let pipeline = Arc::clone(&pipeline);
        Trial::test(kind, move || check(&pipeline, piece))
    });
    libtest_mimic::run(&arguments, trials.collect()).exit_code()
}

/// A text of about so many bytes.
fn text(piece: Piece, size: usize) -> String {
    let mut text = String::with_capacity(size + 100);
    let mut number = 0;
    while text.len() < size {
        text.push_str(&piece(number));
        number += 1;
    }
    text
}

fn time(pipeline: &Pipeline, document: &Document) -> Duration {
    let start = Instant::now();
    let annotation = pipeline.annotate(document);
    let mut out = Vec::new();
    Format::JsonLines.write(pipeline, document, &annotation, &mut out);
    start.elapsed()
}

fn check(pipeline: &Pipeline, piece: Piece) -> Result<(), Failed> {
    let size = std::env::var("ONRECORD_SIZE").ok().and_then(|n| n.parse().ok()).unwrap_or(SIZE);
    let (small, large) = (Document::new("small", text(piece, size)), Document::new("large", text(piece, 4 * size)));
    // Whatever else the machine does makes a run slower, never faster: the fastest of several counts.
    let (mut short, mut long) = (Duration::MAX, Duration::MAX);
    for round in 0..6 {
        short = short.min(time(pipeline, &small));
        long = long.min(time(pipeline, &large));
        if round > 0 && long <= 8 * short + CLOCK {
            return Ok(());
        }
    }
    Err(format!("{} bytes take {short:.1?}, {} bytes {long:.1?}", small.text.len(), large.text.len()).into())
}
