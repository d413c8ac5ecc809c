//! CSV as RFC 4180 has it, read strictly. A line may end in LF or CRLF.

/// What is wrong with the text itself, with the record in which it is, counted from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Malformed {
    pub(crate) record: usize,
}

/// Splits the text into records of fields. Empty lines are no records.
pub(crate) fn records(text: &str) -> Result<Vec<Vec<String>>, Malformed> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut records = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let (record, after) = record(rest).ok_or(Malformed { record: records.len() })?;
        rest = after;
        if record.len() > 1 || record.first().is_some_and(|field| !field.is_empty()) {
            records.push(record);
        }
    }
    Ok(records)
}

/// Takes one record from the front.
fn record(mut rest: &str) -> Option<(Vec<String>, &str)> {
    let mut fields = Vec::new();
    loop {
        let (field, after) = if rest.starts_with('"') { quoted(rest)? } else { plain(rest)? };
        fields.push(field);
        let mut chars = after.chars();
        match chars.next() {
            None => return Some((fields, "")),
            Some(',') => rest = chars.as_str(),
            Some('\n') => return Some((fields, chars.as_str())),
            Some('\r') => return Some((fields, after.strip_prefix("\r\n")?)),
            Some(_) => return None,
        }
    }
}

/// Takes a field that has no quotes.
fn plain(text: &str) -> Option<(String, &str)> {
    let end = text.find([',', '\n', '\r']).unwrap_or(text.len());
    let (field, rest) = text.split_at(end);
    (!field.contains('"')).then(|| (field.to_owned(), rest))
}

/// Takes a field in quotes, where `""` is a quote.
fn quoted(text: &str) -> Option<(String, &str)> {
    let mut field = String::new();
    let mut rest = text.strip_prefix('"')?;
    loop {
        let (part, after) = rest.split_once('"')?;
        field.push_str(part);
        match after.strip_prefix('"') {
            Some(more) => {
                field.push('"');
                rest = more;
            }
            None => return Some((field, after)),
        }
    }
}

/// Writes one field, with quotes where they are needed.
pub(crate) fn write_field(into: &mut String, field: &str) {
    if field.contains([',', '"', '\n', '\r']) {
        into.push('"');
        into.push_str(&field.replace('"', "\"\""));
        into.push('"');
    } else {
        into.push_str(field);
    }
}
