//! Marks and what may be told of them.

use std::fmt;

use chrono::{DateTime, TimeDelta, Utc};
use kernel::{FeedbackId, Locale, PartyId, PersonId, Personal, RatingId, Refusal, RefusalCode, ServiceId};
use rust_decimal::{Decimal, MathematicalOps};
use serde::Serialize;
use uuid::Uuid;
use vocabulary::{SafeCount, SafeShare, Threshold};

use crate::error::refusal;

/// The longest comment, in characters.
pub(crate) const COMMENT_CHARS_MAX: usize = 2_000;
/// How long a person waits before rating the same service again. Anonymous ratings are open: the edge limits how fast they come.
pub(crate) const REPEAT_DAYS: i64 = 30;
/// Each star of the scale begins with so many imagined ratings. Ten in all pull a service with few ratings to the middle of the scale,
/// as many as must be there before anything is shown at all.
const PRIOR_PER_STAR: u64 = 2;

/// A mark from 1 to 5; 5 is best, the common scale of the national surveys of service quality.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub(crate) struct Stars(u8);

impl Stars {
    /// The marks in order.
    pub(crate) const ALL: [Stars; 5] = [Stars(1), Stars(2), Stars(3), Stars(4), Stars(5)];

    pub(crate) fn new(stars: i32) -> Option<Stars> {
        Stars::ALL.into_iter().find(|known| i32::from(known.0) == stars)
    }

    pub(crate) fn get(self) -> u8 {
        self.0
    }

    /// Whether a comment with this mark opens a case.
    pub(crate) fn is_low(self) -> bool {
        self.0 <= 2
    }

    fn index(self) -> usize {
        usize::from(self.0 - 1)
    }
}

/// An answer to a report. One that was contested and answered again has several, told apart by when they were given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) feedback: FeedbackId,
    pub(crate) given_at: DateTime<Utc>,
}

/// One mark.
#[derive(Clone, PartialEq)]
pub(crate) struct Rating {
    pub(crate) id: RatingId,
    /// The service that was rated, or that the answered report was about.
    pub(crate) service: Option<ServiceId>,
    /// The service's provider, or who was responsible for the answer.
    pub(crate) party: Option<PartyId>,
    /// The answer, when one was rated.
    pub(crate) answer: Option<Answer>,
    /// Who rated, when they were signed in.
    pub(crate) person: Option<PersonId>,
    pub(crate) stars: Stars,
    pub(crate) comment: Option<Personal<String>>,
    pub(crate) locale: Locale,
    pub(crate) rated_at: DateTime<Utc>,
    /// The case that the rating opened.
    pub(crate) case_reference: Option<String>,
    pub(crate) synthetic: bool,
}

impl Rating {
    /// Whether it is known that the rater dealt with the city: only who holds the key of an answered report can rate the answer.
    pub(crate) fn is_verified(&self) -> bool {
        self.answer.is_some()
    }

    /// Whether it opens a case: a low mark for a service, with words that somebody can act on. An answer is contested instead.
    pub(crate) fn opens_case(&self) -> bool {
        self.answer.is_none() && self.stars.is_low() && self.comment.is_some()
    }
}

/// Who rated stays out of every log.
impl fmt::Debug for Rating {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.id)
    }
}

/// What was sent, checked.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Mark {
    pub(crate) key: Uuid,
    pub(crate) stars: Stars,
    pub(crate) comment: Option<Personal<String>>,
}

/// Reads the key that a client made for its act.
pub(crate) fn act_key(key: &str) -> Result<Uuid, Refusal> {
    Uuid::parse_str(key).map_err(|_| refusal(RefusalCode::Invalid, "refusal-key-not-uuid", &[]).at("input.idempotencyKey"))
}

/// Checks what both mutations have in common. All that is wrong is told at once.
pub(crate) fn check(key: &str, stars: i32, comment: Option<&str>) -> Result<Mark, Vec<Refusal>> {
    let mut refusals = Vec::new();
    let key = act_key(key).map_err(|refused| refusals.push(refused)).ok();
    let stars = Stars::new(stars);
    if stars.is_none() {
        refusals.push(refusal(RefusalCode::Invalid, "refusal-stars", &[]).at("input.stars"));
    }
    let comment = comment.map(str::trim).filter(|comment| !comment.is_empty());
    if comment.is_some_and(|comment| comment.chars().count() > COMMENT_CHARS_MAX) {
        let facts = [("max", COMMENT_CHARS_MAX.into())];
        refusals.push(refusal(RefusalCode::LimitReached, "refusal-comment-long", &facts).at("input.comment"));
    }
    match (key, stars) {
        (Some(key), Some(stars)) if refusals.is_empty() => {
            Ok(Mark { key, stars, comment: comment.map(|comment| Personal::new(comment.to_owned())) })
        }
        _ => Err(refusals),
    }
}

/// A person who rated a service at or before this instant may rate it again.
pub(crate) fn may_repeat_since(now: DateTime<Utc>) -> DateTime<Utc> {
    now - TimeDelta::days(REPEAT_DAYS)
}

/// How many gave which mark: true counts, which stay inside.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    stars: [u64; 5],
    verified: u64,
}

impl Tally {
    /// Adds `count` ratings with one mark, `verified` of them verified.
    pub(crate) fn add(&mut self, stars: Stars, count: u64, verified: u64) {
        self.stars[stars.index()] += count;
        self.verified += verified;
    }

    fn count(&self) -> u64 {
        self.stars.iter().sum()
    }
}

/// What may be told of a tally.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Summary {
    pub(crate) count: SafeCount,
    pub(crate) distribution: Vec<SafeCount>,
    pub(crate) worst_share: Option<SafeShare>,
    pub(crate) estimate: Option<Estimate>,
    pub(crate) verified: SafeCount,
}

impl Summary {
    pub(crate) fn of(tally: &Tally, k: Threshold) -> Summary {
        let all = tally.count();
        let count = SafeCount::gate(all, k);
        // With the verified ones and the total the others are known, so both pass the gate together or not at all.
        let verified = SafeCount::gate_cells(&[tally.verified, all - tally.verified], k)[0];
        let distribution = SafeCount::gate_cells(&tally.stars, k);
        let worst_share = (all > 0).then(|| SafeShare::gate_part(&tally.stars, 0..2, k));
        let estimate = (all > 0 && !count.is_suppressed()).then(|| Estimate::of(tally));
        Summary { count, distribution, worst_share, estimate, verified }
    }
}

/// A mean with its uncertainty.
///
/// The marks are draws from an unknown distribution over five stars. Its prior is a Dirichlet distribution with [`PRIOR_PER_STAR`] for each
/// star, so the posterior is one too, with the counts added. The value is the posterior mean of the stars, and the interval is 1.96
/// posterior standard deviations to each side: with 95 % probability the mean of all who could have rated lies in it. Few ratings give a
/// wide interval near the middle, so that five friends cannot lift a service to the top.
///
/// It is told to one decimal: the second would be below the noise, and would let hidden cells of the distribution be computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Estimate {
    pub(crate) value: Decimal,
    pub(crate) low: Decimal,
    pub(crate) high: Decimal,
}

impl Estimate {
    fn of(tally: &Tally) -> Estimate {
        let mut weight = Decimal::ZERO;
        let mut first = Decimal::ZERO;
        let mut second = Decimal::ZERO;
        for stars in Stars::ALL {
            let mass = Decimal::from(tally.stars[stars.index()] + PRIOR_PER_STAR);
            let stars = Decimal::from(stars.get());
            weight += mass;
            first += stars * mass;
            second += stars * stars * mass;
        }
        let mean = first / weight;
        let variance = (second / weight - mean * mean) / (weight + Decimal::ONE);
        // The variance of a distribution with mass everywhere is positive, so it has a root.
        let spread = Decimal::new(196, 2) * variance.sqrt().unwrap_or_default();
        let told = |value: Decimal| {
            let mut value = value.clamp(Decimal::ONE, Decimal::from(5)).round_dp(1);
            value.rescale(1);
            value
        };
        Estimate { value: told(mean), low: told(mean - spread), high: told(mean + spread) }
    }

    /// In one word.
    pub(crate) fn band(&self) -> Band {
        match self {
            Estimate { low, .. } if *low >= Decimal::new(42, 1) => Band::Excellent,
            Estimate { low, .. } if *low >= Decimal::new(35, 1) => Band::Good,
            Estimate { high, .. } if *high <= Decimal::new(25, 1) => Band::Poor,
            _ => Band::Mixed,
        }
    }
}

/// What the whole interval allows to say: a service is good when even the low end of its interval is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Band {
    /// Certainly 4.2 or more.
    Excellent,
    /// Certainly 3.5 or more.
    Good,
    /// Neither certainly good nor certainly poor.
    Mixed,
    /// Certainly 2.5 or less.
    Poor,
}

impl Band {
    /// The message that names it.
    pub(crate) fn message(self) -> &'static str {
        match self {
            Band::Excellent => "band-excellent",
            Band::Good => "band-good",
            Band::Mixed => "band-mixed",
            Band::Poor => "band-poor",
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn tally(stars: [u64; 5], verified: u64) -> Tally {
        Tally { stars, verified }
    }

    fn summary(stars: [u64; 5]) -> Summary {
        Summary::of(&tally(stars, 0), Threshold::default())
    }

    #[test]
    fn only_one_and_two_stars_are_low() {
        let low: Vec<u8> = Stars::ALL.into_iter().filter(|stars| stars.is_low()).map(Stars::get).collect();
        assert_eq!(low, [1, 2]);
        assert_eq!([0, 6, -1, 257].map(Stars::new), [None; 4]);
    }

    #[test]
    fn five_friends_do_not_lift_a_service_to_the_top() {
        let band = |stars| summary(stars).estimate.map(|estimate| estimate.band());
        for (stars, expected) in [
            ([0, 0, 0, 0, 5], None),
            ([0, 0, 0, 0, 12], Some(Band::Good)),
            ([2, 3, 8, 27, 60], Some(Band::Good)),
            ([10, 12, 25, 80, 300], Some(Band::Excellent)),
            ([10, 12, 25, 80, 10], Some(Band::Mixed)),
            ([150, 60, 20, 10, 10], Some(Band::Poor)),
        ] {
            assert_eq!(band(stars), expected, "{stars:?}");
        }
    }

    #[test]
    fn the_few_who_are_not_verified_are_not_found_by_subtraction() {
        for (verified, shown) in [(0, Some(0)), (95, None), (50, Some(50)), (4, None)] {
            let summary = Summary::of(&tally([20, 20, 20, 20, 20], verified), Threshold::default());
            assert_eq!(summary.verified.shown(), shown, "{verified}");
        }
    }

    proptest! {
        #[test]
        fn no_small_group_is_told(stars in prop::array::uniform5(0_u64..60)) {
            let summary = summary(stars);
            for (count, told) in stars.iter().zip(&summary.distribution) {
                prop_assert!(told.shown().is_none_or(|_| *count == 0 || *count >= 10));
            }
            let hidden = || stars.iter().zip(&summary.distribution).filter(|(_, cell)| cell.is_suppressed());
            let (all, people) = (stars.iter().sum::<u64>(), hidden().map(|(count, _)| count).sum::<u64>());
            prop_assert!(hidden().count() == 0 || people >= 10 || people == all);
            prop_assert_ne!(hidden().count(), 1);
            prop_assert_eq!(summary.estimate.is_some(), stars.iter().sum::<u64>() >= 10);
        }

        #[test]
        fn an_estimate_lies_in_its_interval_and_a_better_mark_never_lowers_it(stars in prop::array::uniform5(0_u64..500)) {
            let before = Estimate::of(&tally(stars, 0));
            prop_assert!(Decimal::ONE <= before.low && before.low <= before.value && before.value <= before.high);
            prop_assert!(before.high <= Decimal::from(5));
            let mut better = stars;
            better[4] += 1;
            prop_assert!(Estimate::of(&tally(better, 0)).value >= before.value);
        }

        #[test]
        fn ten_times_the_marks_give_a_narrower_interval(stars in prop::array::uniform5(1_u64..100)) {
            let width = |tally: &Tally| { let e = Estimate::of(tally); e.high - e.low };
            prop_assert!(width(&tally(stars.map(|n| n * 10), 0)) <= width(&tally(stars, 0)));
        }
    }
}
