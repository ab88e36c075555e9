//! Flags that say which rows count, the same for all commands that ask.

use super::Failure;
use super::stored::confidence;
use clap::Args;
use onrecord::summary::filter::{Filter, Within, date_limit};
use onrecord::summary::governments::Governments;

/// Which rows count.
#[derive(Args, Debug)]
pub struct FilterOptions {
    /// Only rows about this place or one inside it (us, us/md, us/md/baltimore, fr, or an id); may be given several times
    #[arg(long, value_name = "PLACE")]
    within: Vec<String>,
    /// Only rows, speakers and places that are at least so sure
    #[arg(long, value_name = "X", value_parser = confidence)]
    min_confidence: Option<f64>,
    /// Only rows of this date or later: a year, a month (2016-05) or a day
    #[arg(long, value_name = "DATE", value_parser = date_limit)]
    since: Option<String>,
    /// Only rows of this date or earlier
    #[arg(long, value_name = "DATE", value_parser = date_limit)]
    until: Option<String>,
}

impl FilterOptions {
    /// Whether there is one.
    pub fn is_given(&self) -> bool {
        !self.within.is_empty() || self.min_confidence.is_some() || self.since.is_some() || self.until.is_some()
    }

    /// The filter that the flags ask for.
    ///
    /// # Errors
    /// If a place is unknown, or no date is of both limits.
    pub fn filter(&self, governments: &Governments<'_>) -> Result<Filter, Failure> {
        if let (Some(since), Some(until)) = (&self.since, &self.until) {
            // `--since 2016-05 --until 2016` is seven months.
            let common = since.len().min(until.len());
            if since[..common] > until[..common] {
                return Err(Failure::usage(format!("--since {since} is later than --until {until}: no row is of both")));
            }
        }
        let within = self.within.iter().map(|place| Within::parse(governments, place));
        Ok(Filter {
            within: within.collect::<Result<_, _>>().map_err(|unknown| Failure::usage(unknown.to_string()))?,
            min_confidence: self.min_confidence,
            since: self.since.clone(),
            until: self.until.clone(),
        })
    }
}
