use sea_orm::sea_query::LikeExpr;

/// The pattern that finds a word anywhere in a folded search column. What a person typed is text, never a wildcard.
#[must_use]
pub fn holding(word: &str) -> LikeExpr {
    let word = word.replace('!', "!!").replace('%', "!%").replace('_', "!_");
    LikeExpr::new(format!("%{word}%")).escape('!')
}
