//! Results about people leave only through this gate: what is counted over fewer than k persons is suppressed.

use std::ops::Range;

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

    /// Lets the cells of one table through the gate together, whose total is known. Hidden cells could be found by subtraction from it
    /// while there is one of them, or while they hold fewer than k together; so the smallest others are hidden with them (complementary
    /// suppression). Of a table of fewer than k nothing is shown.
    #[must_use]
    pub fn gate_cells(counts: &[u64], k: Threshold) -> Vec<SafeCount> {
        let mut cells: Vec<SafeCount> = counts.iter().map(|count| SafeCount::gate(*count, k)).collect();
        loop {
            let (mut hidden, mut people) = (0, 0);
            for (cell, count) in cells.iter().zip(counts).filter(|(cell, _)| cell.suppressed) {
                hidden += usize::from(cell.suppressed);
                people += count;
            }
            if hidden == 0 || (hidden > 1 && people >= k.0) {
                return cells;
            }
            // Empty cells come last: hiding one protects least.
            let companion = (0..counts.len()).filter(|i| !cells[*i].suppressed).min_by_key(|i| (counts[*i] == 0, counts[*i]));
            let Some(companion) = companion else { return cells };
            cells[companion] = SafeCount { value: None, suppressed: true };
        }
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

    /// Lets the share of some cells of a table through the gate, beside the table itself ([`SafeCount::gate_cells`]). The share is a sum of
    /// cells: where it, or what is left, holds hidden cells that are alone or fewer than k together, it would give them away.
    #[must_use]
    pub fn gate_part(counts: &[u64], part: Range<usize>, k: Threshold) -> SafeShare {
        let cells = SafeCount::gate_cells(counts, k);
        let tells = |inside: bool| {
            let hidden = (0..counts.len()).filter(|i| part.contains(i) == inside && cells[*i].suppressed);
            let (hidden, people) = hidden.fold((0, 0), |(hidden, people), i| (hidden + 1, people + counts[i]));
            hidden == 1 || (hidden > 1 && people < k.0)
        };
        let whole = counts.iter().sum();
        if tells(true) || tells(false) {
            return SafeShare { value: None, suppressed: true };
        }
        SafeShare::gate(counts.get(part).unwrap_or_default().iter().sum(), whole, k)
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
    fn hidden_cells_hold_at_least_ten_together() {
        for (counts, shown) in [
            // Two hidden cells of one person each would be known from their sum, 2.
            (vec![1, 1, 50, 60], vec![false, false, false, true]),
            (vec![6, 6, 50, 60], vec![false, false, true, true]),
            (vec![4, 0, 0], vec![false, false, false]),
            (vec![0, 0, 30], vec![true, true, true]),
            (vec![3, 0, 40], vec![false, true, false]),
            (vec![], vec![]),
        ] {
            let cells = SafeCount::gate_cells(&counts, Threshold::default());
            assert_eq!(cells.iter().map(|cell| !cell.suppressed).collect::<Vec<_>>(), shown, "{counts:?}");
        }
    }

    #[test]
    fn a_share_of_cells_gives_no_hidden_cell_away() {
        for (counts, shown) in [
            ([20, 30, 40, 50, 60], true),
            // The second cell is shown, so the sum would give the first away.
            ([5, 20, 8, 50, 60], false),
            // The third cell is the only hidden one on its side.
            ([5, 6, 7, 50, 60], false),
            ([5, 6, 30, 50, 60], true),
            ([0, 0, 3, 4, 2], false),
        ] {
            assert_eq!(!SafeShare::gate_part(&counts, 0..2, Threshold::default()).suppressed, shown, "{counts:?}");
        }
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
