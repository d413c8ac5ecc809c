//! What a reader sees of a mail.

/// The words of a page, after a look at every tag: none but those that `is_ours` knows, nothing that is not escaped.
///
/// # Errors
/// What is wrong with the page.
pub fn words_of(page: &str, is_ours: impl Fn(&str) -> bool) -> Result<String, String> {
    let main = page.split("<main>\n").nth(1).and_then(|rest| rest.strip_suffix("</main>\n</body>\n</html>\n"));
    let mut rest = main.ok_or_else(|| format!("the page is broken off: {page}"))?;
    let mut seen = String::new();
    while let Some((before, after)) = rest.split_once('<') {
        let (tag, after) = after.split_once('>').ok_or_else(|| format!("an open tag: {page}"))?;
        if !is_ours(tag) {
            return Err(format!("<{tag}> in {page}"));
        }
        seen.extend([before, " "]);
        rest = after;
    }
    seen.push_str(rest);
    if seen.contains(['"', '\'', '>']) {
        return Err(format!("not escaped: {page}"));
    }
    let entities = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&")];
    Ok(entities.into_iter().fold(seen, |text, (entity, character)| text.replace(entity, character)))
}

/// Dates, numbers and links of a text, sorted.
#[must_use]
pub fn facts_in(text: &str) -> Vec<String> {
    let numbers = text.split(|c: char| !(c.is_ascii_digit() || c == '.')).map(|number| number.trim_matches('.'));
    let links = text.match_indices("https://").map(|(at, _)| {
        let link = text[at..].split(|c: char| c.is_whitespace() || "\"'<>".contains(c)).next().unwrap_or_default();
        link.trim_end_matches(['.', ',', ':', ';'])
    });
    let mut facts: Vec<String> = numbers.filter(|number| !number.is_empty()).chain(links).map(str::to_owned).collect();
    facts.sort();
    facts
}
