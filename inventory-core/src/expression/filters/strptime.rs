//! Python's `datetime.strptime` in the C locale.

use fancy_regex::{Regex, escape};
use jiff::ToSpan;
use jiff::civil::{Date, DateTime, Time as TimeOfDay};
use jiff::tz::Offset;

use super::super::Error;
use super::super::strftime::{DAYS, MONTHS};
use crate::value::Time;

/// Reads a time in the way that a format tells.
pub(super) fn parse(text: &str, format: &str) -> Result<Time, Error> {
    let (pattern, directives) = translate(format)?;
    let mismatch = || Error::new(format!("the time `{text}` is not in the format `{format}`"));
    let regex = Regex::new(&pattern).map_err(|_| mismatch())?;
    let captures = regex.captures(text).map_err(|_| mismatch())?.ok_or_else(mismatch)?;
    if captures.get(0).is_none_or(|whole| whole.end() != text.len()) {
        return Err(mismatch());
    }
    let mut fields = Fields::default();
    for (place, directive) in directives.iter().enumerate() {
        let found = captures.get(place + 1).map_or("", |found| found.as_str());
        fields.set(*directive, found).ok_or_else(mismatch)?;
    }
    fields.time().ok_or_else(|| Error::new(format!("`{text}` names a time that does not exist")))
}

/// Translates a format into a pattern with a group for each of the directives, which it returns too.
fn translate(format: &str) -> Result<(String, Vec<char>), Error> {
    let format =
        format.replace("%c", "%a %b %d %H:%M:%S %Y").replace("%x", "%m/%d/%y").replace("%X", "%H:%M:%S");
    let mut pattern = "(?i)\\A".to_owned();
    let mut directives = Vec::new();
    let mut characters = format.chars().peekable();
    while let Some(character) = characters.next() {
        if character.is_whitespace() {
            while characters.next_if(|next| next.is_whitespace()).is_some() {}
            pattern += "\\s+";
            continue;
        }
        if character != '%' {
            pattern += &escape(&character.to_string());
            continue;
        }
        let Some(directive) = characters.next() else {
            return Err(Error::new(format!("the format `{format}` ends in a `%`")));
        };
        if directive == '%' {
            pattern.push('%');
            continue;
        }
        let Some(group) = group(directive) else {
            return Err(Error::new(format!(
                "the directive `%{directive}` of a time format is not supported"
            )));
        };
        if directives.contains(&directive) {
            return Err(Error::new(format!("the format `{format}` has `%{directive}` twice")));
        }
        directives.push(directive);
        pattern += &format!("({group})");
    }
    Ok((pattern, directives))
}

/// Returns the pattern of what a directive reads.
fn group(directive: char) -> Option<String> {
    let names = |names: &[&str], length: usize| {
        let mut names: Vec<&str> = names.iter().map(|name| name.get(..length).unwrap_or(name)).collect();
        names.sort_by_key(|name| std::cmp::Reverse(name.len()));
        names.join("|")
    };
    let pattern = match directive {
        'd' => "3[0-1]|[1-2][0-9]|0[1-9]|[1-9]| [1-9]",
        'f' => "[0-9]{1,6}",
        'H' => "2[0-3]|[0-1][0-9]|[0-9]",
        'I' | 'm' => "1[0-2]|0[1-9]|[1-9]",
        'j' => "36[0-6]|3[0-5][0-9]|[1-2][0-9][0-9]|0[1-9][0-9]|00[1-9]|[1-9][0-9]|0[1-9]|[1-9]",
        'M' => "[0-5][0-9]|[0-9]",
        'S' => "6[0-1]|[0-5][0-9]|[0-9]",
        'w' => "[0-6]",
        'u' => "[1-7]",
        'y' => "[0-9]{2}",
        'Y' => "[0-9]{4}",
        'z' => "[+-][0-9]{2}:?[0-5][0-9](?::?[0-5][0-9](?:\\.[0-9]{1,6})?)?|(?-i:Z)",
        'p' => "am|pm",
        'Z' => "utc|gmt",
        'A' => return Some(names(&DAYS, usize::MAX)),
        'a' => return Some(names(&DAYS, 3)),
        'B' => return Some(names(&MONTHS, usize::MAX)),
        'b' => return Some(names(&MONTHS, 3)),
        _ => return None,
    };
    Some(pattern.to_owned())
}

/// What the directives of a format found; a weekday changes nothing.
#[derive(Default)]
struct Fields {
    year: Option<i16>,
    month: Option<i8>,
    day: Option<i8>,
    day_of_year: Option<i16>,
    hour: i8,
    afternoon: Option<bool>,
    twelve_hours: bool,
    minute: i8,
    second: i8,
    microsecond: i32,
    offset: Option<i32>,
}

impl Fields {
    fn set(&mut self, directive: char, found: &str) -> Option<()> {
        let position = |names: &[&str]| {
            let place = names.iter().position(|name| {
                name.get(..found.len()).is_some_and(|start| start.eq_ignore_ascii_case(found))
            });
            place.and_then(|place| i8::try_from(place + 1).ok())
        };
        let small = || found.trim_start().parse::<i8>().ok();
        match directive {
            'Y' => self.year = Some(found.parse().ok()?),
            'y' => {
                let year: i16 = found.parse().ok()?;
                self.year = Some(if year <= 68 { year + 2000 } else { year + 1900 });
            }
            'm' => self.month = Some(small()?),
            'B' | 'b' => self.month = Some(position(&MONTHS)?),
            'd' => self.day = Some(small()?),
            'j' => self.day_of_year = Some(found.parse().ok()?),
            'H' => self.hour = small()?,
            'I' => (self.hour, self.twelve_hours) = (small()?, true),
            'p' => self.afternoon = Some(found.eq_ignore_ascii_case("pm")),
            'M' => self.minute = small()?,
            'S' => self.second = small()?,
            'f' => self.microsecond = format!("{found:0<6}").parse().ok()?,
            'z' => self.offset = Some(read_offset(found)?),
            _ => {}
        }
        Some(())
    }

    fn time(&self) -> Option<Time> {
        let year = self.year.unwrap_or(1900);
        if year < 1 {
            return None;
        }
        let mut date = Date::new(year, self.month.unwrap_or(1), self.day.unwrap_or(1)).ok()?;
        if let Some(day) = self.day_of_year {
            date = Date::new(year, 1, 1).ok()?.checked_add(i64::from(day - 1).days()).ok()?;
        }
        let hour = match (self.twelve_hours, self.afternoon) {
            (false, _) => self.hour,
            (true, Some(true)) => self.hour % 12 + 12,
            (true, _) => self.hour % 12,
        };
        let clock = TimeOfDay::new(hour, self.minute, self.second, self.microsecond * 1000).ok()?;
        let offset = match self.offset {
            Some(seconds) if seconds.abs() < 86_400 => Some(Offset::from_seconds(seconds).ok()?),
            Some(_) => return None,
            None => None,
        };
        Some(Time { civil: DateTime::from_parts(date, clock), offset })
    }
}

/// Reads `+01:30`, `-0130`, `+01:30:15` or `Z` as seconds; fractions of a second, which no zone has, get lost.
fn read_offset(text: &str) -> Option<i32> {
    if text == "Z" {
        return Some(0);
    }
    let colons = text.matches(':').count();
    let digits: String = text.chars().skip(1).filter(|c| *c != ':').collect();
    let (digits, _) = digits.split_once('.').unwrap_or((&digits, ""));
    let number = |from: usize| digits.get(from..from + 2).map_or(Some(0), |part| part.parse::<i32>().ok());
    if digits.len() > 4 && colons == 1 {
        return None;
    }
    let seconds = number(0)? * 3600 + number(2)? * 60 + number(4)?;
    Some(if text.starts_with('-') { -seconds } else { seconds })
}
