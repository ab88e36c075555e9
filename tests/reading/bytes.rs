//! Files of every kind, made of invented texts.

use parquet::data_type::{ByteArray, ByteArrayType, Int32Type, Int64Type};
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;
use std::io::{Cursor, Write};
use std::sync::Arc;

pub fn gzip(content: impl AsRef<[u8]>) -> Vec<u8> {
    let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    out.write_all(content.as_ref()).expect("memory takes all");
    out.finish().expect("memory takes all")
}

pub fn zstd(content: impl AsRef<[u8]>) -> Vec<u8> {
    zstd::encode_all(content.as_ref(), 3).expect("memory takes all")
}

pub fn bzip2(content: impl AsRef<[u8]>) -> Vec<u8> {
    let mut out = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::new(1));
    out.write_all(content.as_ref()).expect("memory takes all");
    out.finish().expect("memory takes all")
}

pub fn xz(content: impl AsRef<[u8]>) -> Vec<u8> {
    let mut out = lzma_rust2::XzWriter::new(Vec::new(), lzma_rust2::XzOptions::with_preset(1)).expect("memory takes all");
    out.write_all(content.as_ref()).expect("memory takes all");
    out.finish().expect("memory takes all")
}

pub fn tar(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut out = tar::Builder::new(Vec::new());
    for (name, content) in members {
        let mut header = tar::Header::new_gnu();
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        out.append_data(&mut header, name, *content).expect("memory takes all");
    }
    out.into_inner().expect("memory takes all")
}

pub fn zip(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut out = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in members {
        out.start_file(*name, zip::write::SimpleFileOptions::default()).expect("memory takes all");
        out.write_all(content).expect("memory takes all");
    }
    out.finish().expect("memory takes all").into_inner()
}

pub fn table(delimiter: u8, documents: &[(String, String)]) -> Vec<u8> {
    let mut out = csv::WriterBuilder::new().delimiter(delimiter).from_writer(Vec::new());
    out.write_record(["id", "text"]).expect("memory takes all");
    for (id, text) in documents {
        out.write_record([id, text]).expect("memory takes all");
    }
    out.into_inner().expect("memory takes all")
}

/// A Parquet file with so many rows a row group.
pub fn parquet(documents: &[(String, String)], rows: usize) -> Vec<u8> {
    let schema =
        "message m { required binary id (UTF8); optional int64 views; optional binary text (UTF8); repeated int32 tags; }";
    let schema = Arc::new(parse_message_type(schema).expect("a schema"));
    let properties = WriterProperties::builder().set_compression(parquet::basic::Compression::SNAPPY).build();
    let mut out = SerializedFileWriter::new(Vec::new(), schema, Arc::new(properties)).expect("memory takes all");
    for documents in documents.chunks(rows) {
        let mut group = out.next_row_group().expect("memory takes all");
        let nothing = vec![0; documents.len()];
        let some = vec![1; documents.len()];
        let column = |of: fn(&(String, String)) -> &str| documents.iter().map(|d| ByteArray::from(of(d))).collect::<Vec<_>>();
        let mut number = 0;
        while let Some(mut writer) = group.next_column().expect("a column") {
            let (texts, integers) = ("a column of words", "a column of numbers");
            match number {
                0 => writer.typed::<ByteArrayType>().write_batch(&column(|d| &d.0), None, None).expect(texts),
                1 => writer.typed::<Int64Type>().write_batch(&[], Some(&nothing), None).expect(integers),
                2 => writer.typed::<ByteArrayType>().write_batch(&column(|d| &d.1), Some(&some), None).expect(texts),
                _ => writer.typed::<Int32Type>().write_batch(&[], Some(&nothing), Some(&nothing)).expect(integers),
            };
            writer.close().expect("written");
            number += 1;
        }
        group.close().expect("written");
    }
    out.into_inner().expect("memory takes all")
}

/// A page with a frame around its text.
pub fn page(title: &str, text: &str) -> String {
    let escape = |words: &str| words.replace('&', "&amp;").replace('<', "&lt;");
    let paragraphs: String = text.split("\n\n").map(|p| format!("<p>{}</p>\n", escape(p))).collect();
    format!(
        "<!doctype html><html lang=\"en\"><head><title>{title}</title><link rel=\"canonical\" href=\"https://paper.example/{title}\">\
         <meta property=\"og:site_name\" content=\"Evening News\">\
         <meta property=\"article:published_time\" content=\"2020-05-01T08:00:00Z\"></head>\
         <body><nav><a href=\"/\">Home</a> <a href=\"/news\">News</a></nav><article><h1>{title}</h1>{paragraphs}</article>\
         <footer>About us</footer></body></html>"
    )
}

/// A response of a web archive.
pub fn response(url: &str, content: &str, body: &str) -> Vec<u8> {
    let http = format!("HTTP/1.1 200 OK\r\nContent-Type: {content}\r\n\r\n{body}");
    let head = "Content-Type: application/http; msgtype=response";
    format!(
        "WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: {url}\r\n{head}\r\nContent-Length: {}\r\n\r\n{http}\r\n\r\n",
        http.len()
    )
    .into_bytes()
}
