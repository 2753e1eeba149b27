//! The C library's `strftime` in the C locale, as glibc does it.

use jiff::civil::{DateTime, Weekday};

use super::{Error, operators};

pub(super) const DAYS: [&str; 7] =
    ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
pub(super) const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// A moment as read off a clock.
pub(super) struct Clock {
    /// The date and the time of day.
    pub(super) time: DateTime,
    /// The seconds east of UTC.
    pub(super) offset: i32,
    /// The short name of the time zone.
    pub(super) zone: String,
    /// The seconds since 1970.
    pub(super) seconds: i64,
}

/// What a directive stands for.
enum Field {
    /// A number with its least width, and what fills it up.
    Number(i64, usize, char),
    Text(String),
    /// A text whose case `#` makes lower instead of upper.
    Name(String),
}

/// Writes a moment in the way that a format tells.
pub(super) fn format(format: &str, clock: &Clock) -> Result<String, Error> {
    if format.contains('\0') {
        return Err(Error::new("the format of `strftime` holds a null character"));
    }
    let mut out = String::new();
    let mut rest = format;
    while let Some(place) = rest.find('%') {
        out += rest.get(..place).unwrap_or("");
        let directive = rest.get(place..).unwrap_or("");
        let length = write_directive(directive, clock, &mut out)?;
        rest = directive.get(length..).unwrap_or("");
        operators::check_size(out.len())?;
    }
    Ok(out + rest)
}

/// Writes the directive that a text starts with and returns its length.
fn write_directive(text: &str, clock: &Clock, out: &mut String) -> Result<usize, Error> {
    let after = text.get(1..).unwrap_or("");
    let flags = after.get(..after.len() - after.trim_start_matches(['-', '_', '0', '^', '#', '+']).len());
    let flags = flags.unwrap_or("");
    let after = after.get(flags.len()..).unwrap_or("");
    let digits = after.bytes().take_while(u8::is_ascii_digit).count();
    let (digits, after) = after.split_at_checked(digits).unwrap_or(("", after));
    // The modifiers for other calendars and digits mean nothing in the C locale.
    let modifier = usize::from(after.starts_with(['E', 'O']));
    let Some(letter) = after.get(modifier..).and_then(|after| after.chars().next()) else {
        out.push_str(text);
        return Ok(text.len());
    };
    let length = 1 + flags.len() + digits.len() + modifier + letter.len_utf8();
    let Some(field) = field(letter, clock)? else {
        out.push_str(text.get(..length).unwrap_or(text));
        return Ok(length);
    };
    let width = if digits.is_empty() { None } else { digits.parse().ok().or(Some(usize::MAX)) };
    operators::check_size(width.unwrap_or(0))?;
    let fill = flags.chars().rev().find(|flag| matches!(flag, '-' | '_' | '0' | '+'));
    let upper = flags.contains('^');
    let changed = flags.contains('#');
    match field {
        Field::Number(number, least, usual) => {
            let fill = match fill {
                Some('_') => Some(' '),
                Some('-') => None,
                Some(_) => Some('0'),
                None => Some(usual),
            };
            let digits = number.unsigned_abs().to_string();
            let sign = if number < 0 { "-" } else { "" };
            let missing = width.unwrap_or(least).saturating_sub(digits.len() + sign.len());
            let padding: String = fill.map(|fill| fill.to_string().repeat(missing)).unwrap_or_default();
            *out += &if fill == Some(' ') { padding + sign } else { sign.to_owned() + &padding };
            *out += &digits;
        }
        Field::Text(text) | Field::Name(text) if width.is_none() && !upper && !changed => *out += &text,
        Field::Text(text) => {
            pad_text(out, &if upper || changed { text.to_uppercase() } else { text }, width, fill);
        }
        Field::Name(text) => {
            let text = match (changed, upper) {
                (true, _) => text.to_lowercase(),
                (false, true) => text.to_uppercase(),
                (false, false) => text,
            };
            pad_text(out, &text, width, fill);
        }
    }
    Ok(length)
}

fn pad_text(out: &mut String, text: &str, width: Option<usize>, fill: Option<char>) {
    let missing = width.unwrap_or(0).saturating_sub(text.chars().count());
    let fill = if matches!(fill, Some('0' | '+')) { "0" } else { " " };
    *out += &fill.repeat(missing);
    *out += text;
}

fn field(letter: char, clock: &Clock) -> Result<Option<Field>, Error> {
    let time = clock.time;
    let (year, hour) = (i64::from(time.year()), i64::from(time.hour()));
    let twelve = (hour + 11) % 12 + 1;
    let half = if hour < 12 { "AM" } else { "PM" };
    let weekday = time.weekday();
    let day = DAYS.get(usize::try_from(weekday.to_sunday_zero_offset()).unwrap_or(0)).copied().unwrap_or("");
    let month = MONTHS.get(usize::try_from(time.month() - 1).unwrap_or(0)).copied().unwrap_or("");
    let short = |name: &str| Field::Text(name.chars().take(3).collect());
    let number = |number: i64, width| Field::Number(number, width, '0');
    let nested = |inner: &str| format(inner, clock).map(Field::Text);
    let iso = time.date().iso_week_date();
    let day_of_year = i64::from(time.date().day_of_year());
    // Weeks since the first Sunday, or Monday, of the year.
    let week = |first: Weekday| (day_of_year + 6 - i64::from(weekday.since(first))) / 7;
    let field = match letter {
        'a' => short(day),
        'A' => Field::Text(day.to_owned()),
        'b' | 'h' => short(month),
        'B' => Field::Text(month.to_owned()),
        'c' => nested("%a %b %e %H:%M:%S %Y")?,
        'C' => number(year.div_euclid(100), 2),
        'd' => number(time.day().into(), 2),
        'D' | 'x' => nested("%m/%d/%y")?,
        'e' => Field::Number(time.day().into(), 2, ' '),
        'F' => nested("%Y-%m-%d")?,
        'g' => number(i64::from(iso.year()).rem_euclid(100), 2),
        'G' => number(iso.year().into(), 1),
        'H' => number(hour, 2),
        'I' => number(twelve, 2),
        'j' => number(day_of_year, 3),
        'k' => Field::Number(hour, 2, ' '),
        'l' => Field::Number(twelve, 2, ' '),
        'm' => number(time.month().into(), 2),
        'M' => number(time.minute().into(), 2),
        'n' => Field::Text("\n".to_owned()),
        'p' => Field::Name(half.to_owned()),
        'P' => Field::Text(half.to_lowercase()),
        'r' => nested("%I:%M:%S %p")?,
        'R' => nested("%H:%M")?,
        's' => number(clock.seconds, 1),
        'S' => number(time.second().into(), 2),
        't' => Field::Text("\t".to_owned()),
        'T' | 'X' => nested("%H:%M:%S")?,
        'u' => number(weekday.to_monday_one_offset().into(), 1),
        'U' => number(week(Weekday::Sunday), 2),
        'V' => number(iso.week().into(), 2),
        'w' => number(weekday.to_sunday_zero_offset().into(), 1),
        'W' => number(week(Weekday::Monday), 2),
        'y' => number(year.rem_euclid(100), 2),
        'Y' => number(year, 1),
        'z' => Field::Text(offset_text(clock.offset)),
        'Z' => Field::Name(clock.zone.clone()),
        '%' => Field::Text("%".to_owned()),
        _ => return Ok(None),
    };
    Ok(Some(field))
}

fn offset_text(seconds: i32) -> String {
    let sign = if seconds < 0 { '-' } else { '+' };
    let minutes = seconds.abs() / 60;
    format!("{sign}{:02}{:02}", minutes / 60, minutes % 60)
}
