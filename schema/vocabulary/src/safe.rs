//! Results about people leave only through this gate: what is counted over fewer than k persons is suppressed.

use async_graphql::SimpleObject;
use rust_decimal::Decimal as Exact;

use crate::Decimal;

/// The smallest group about which something may be said (k-anonymity); 10 unless the city sets it higher.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Threshold(u64);

impl Threshold {
    /// A threshold of at least 10: it can be raised, not lowered.
    #[must_use]
    pub fn at_least(k: u64) -> Threshold {
        Threshold(k.max(10))
    }
}

impl Default for Threshold {
    fn default() -> Self {
        Threshold(10)
    }
}

/// A count of people that may be shown; null and `suppressed` when fewer than 10 stand behind it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, SimpleObject)]
#[graphql(shareable)]
pub struct SafeCount {
    /// The count; null when it is suppressed.
    value: Option<i32>,
    /// Whether the group is too small to be shown.
    suppressed: bool,
}

impl SafeCount {
    /// Lets one count through the gate. Zero is shown: it tells of nobody.
    #[must_use]
    pub fn gate(count: u64, k: Threshold) -> SafeCount {
        match count {
            0 => SafeCount { value: Some(0), suppressed: false },
            n if n >= k.0 => SafeCount { value: Some(i32::try_from(n).unwrap_or(i32::MAX)), suppressed: false },
            _ => SafeCount { value: None, suppressed: true },
        }
    }

    /// Lets the cells of one table through the gate together. When exactly one cell would be hidden, it could be found by subtraction
    /// from the total, so the smallest other cell is hidden with it (complementary suppression).
    #[must_use]
    pub fn gate_cells(counts: &[u64], k: Threshold) -> Vec<SafeCount> {
        let mut cells: Vec<SafeCount> = counts.iter().map(|count| SafeCount::gate(*count, k)).collect();
        let hidden = cells.iter().filter(|cell| cell.suppressed).count();
        if hidden == 1 {
            let companion = (0..counts.len()).filter(|i| !cells[*i].suppressed && counts[*i] > 0).min_by_key(|i| counts[*i]);
            let companion = companion.or_else(|| (0..counts.len()).find(|i| !cells[*i].suppressed));
            if let Some(i) = companion {
                cells[i] = SafeCount { value: None, suppressed: true };
            }
        }
        cells
    }

    /// Whether the count was suppressed.
    #[must_use]
    pub fn is_suppressed(&self) -> bool {
        self.suppressed
    }

    /// The count, when it may be shown.
    #[must_use]
    pub fn shown(&self) -> Option<i32> {
        self.value
    }
}

/// A share of people that may be shown, between 0 and 1 with three decimals; null and `suppressed` when the group is too small.
#[derive(Clone, Copy, Debug, PartialEq, Eq, SimpleObject)]
#[graphql(shareable)]
pub struct SafeShare {
    /// The share; null when it is suppressed.
    value: Option<Decimal>,
    /// Whether the group, or the part, is too small to be shown.
    suppressed: bool,
}

impl SafeShare {
    /// Lets `part` of `whole` through the gate: suppressed when the group is below k, or when the part or the rest is a small cell.
    #[must_use]
    pub fn gate(part: u64, whole: u64, k: Threshold) -> SafeShare {
        let rest = whole.saturating_sub(part);
        let shown = whole >= k.0 && [part, rest].into_iter().all(|cell| !SafeCount::gate(cell, k).suppressed);
        let value = shown.then(|| Decimal((Exact::from(part) / Exact::from(whole)).round_dp(3)));
        SafeShare { value, suppressed: !shown }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_below_ten_is_suppressed_and_nobody_is_shown() {
        for (count, value) in [(0, Some(0)), (1, None), (9, None), (10, Some(10)), (400, Some(400))] {
            assert_eq!(SafeCount::gate(count, Threshold::default()).value, value, "{count}");
        }
    }

    #[test]
    fn one_hidden_cell_takes_a_companion_with_it() {
        let cells = SafeCount::gate_cells(&[3, 50, 20], Threshold::default());
        assert_eq!(cells.iter().map(|cell| cell.value).collect::<Vec<_>>(), [None, Some(50), None]);
        let none_hidden = SafeCount::gate_cells(&[30, 50, 20], Threshold::default());
        assert!(none_hidden.iter().all(|cell| !cell.suppressed));
    }

    #[test]
    fn a_share_whose_part_is_small_is_suppressed() {
        assert!(SafeShare::gate(3, 100, Threshold::default()).suppressed);
        assert!(SafeShare::gate(5, 8, Threshold::default()).suppressed);
        assert_eq!(SafeShare::gate(25, 100, Threshold::default()).value, Some(Decimal(Exact::new(250, 3))));
    }

    #[test]
    fn the_threshold_cannot_be_lowered() {
        assert_eq!(Threshold::at_least(3), Threshold::default());
    }
}
