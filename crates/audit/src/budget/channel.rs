//! How much of a measure can be rounding, and whether rounding changed what follows from it.
//!
//! Two questions, with two answers. *Before* anything is computed, a first-order bound (`twin::first_order`) says what single
//! precision may do. The numbers of the table are held to it.
//!
//! *Afterwards*, the exact value is known to lie in an interval (`twin::enclosure`), without any such condition. A category
//! has changed by rounding if that interval has another one than the table, and is undecided only if the interval
//! reaches across an end of it.

use crate::twin::enclosure::Roles;
use crate::twin::first_order::Activation;
use crate::twin::interval::Interval;
use analysis::{Category, mix_ratio};
use report::ChannelRow;
use resnet::Block;
use serde::Serialize;

/// What follows from a measure: as the table has it, and as the exact values do.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Verdict<T> {
    /// In the table.
    pub table: T,
    /// Of the exact values; nothing where their intervals do not decide it.
    pub exact: Option<T>,
}

impl<T: PartialEq> Verdict<T> {
    /// Whether rounding, or a hand, has changed it.
    pub fn flips(&self) -> bool {
        self.exact.as_ref().is_some_and(|exact| *exact != self.table)
    }

    /// Whether the exact values' intervals reach across what decides it.
    pub fn straddles(&self) -> bool {
        self.exact.is_none()
    }
}

/// The budget of a channel: its mix ratio, and what is said of it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ChannelBudget {
    /// The block.
    pub block: String,
    /// The channel.
    pub channel: usize,
    /// The mix ratio in the table.
    pub mix_ratio: f64,
    /// Where the exact one lies, on the same pictures; nothing where neither O(I) nor O(B) is positive.
    pub exact: Option<Interval>,
    /// The least and the largest mix ratio within the first-order bounds of O(I) and O(B).
    pub least: f64,
    /// See `least`.
    pub largest: f64,
    /// The fraction of the first-order bound that the table's O(I), O(B) or mix ratio takes, whichever takes most.
    pub used: f64,
    /// Whether the first-order bounds alone leave the category open.
    pub open: bool,
    /// `overwrite`, `mix` or `skip`.
    pub category: Verdict<String>,
    /// Whether dB > 0 and dI > 0.
    pub scale_invariant_no_mix: Verdict<bool>,
    /// Whether it is a mix besides.
    pub scale_invariant: Verdict<bool>,
}

/// The exact values of a channel.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Exact {
    pub(crate) on_input: Roles,
    pub(crate) on_block: Roles,
    /// B(enlarge I).
    pub(crate) b_enlarged_i: Interval,
    /// I(shrink B).
    pub(crate) i_shrunk_b: Interval,
}

/// The mix ratio grows with O(I) and falls with O(B): its ends are those of the two corners. Where O(B) may be zero or
/// less, and more, it has no largest; where both may be zero or less in one corner, it is whatever the other says.
fn ratios(o_i: Interval, o_b: Interval) -> Option<Interval> {
    let corner = |i, b| mix_ratio(i, b).ok();
    let (low, high) = (corner(o_i.least, o_b.largest), corner(o_i.largest, o_b.least));
    let unbounded = o_b.least <= 0.0 && o_b.largest > 0.0 && o_i.largest > 0.0;
    let largest = match unbounded {
        true => f64::INFINITY,
        false => high.or(low)?,
    };
    // Each end is a quotient, rounded once.
    Some(Interval { least: low.or(high)?.next_down(), largest: largest.next_up() })
}

/// The category, if all of what is possible has the same one.
fn category(o_i: Interval, o_b: Interval) -> Option<Category> {
    let corner = |i, b| mix_ratio(i, b).ok().map(Category::of);
    let (low, high) = (corner(o_i.least, o_b.largest)?, corner(o_i.largest, o_b.least)?);
    let ends = ratios(o_i, o_b)?;
    let same = low == high && Category::of(ends.least.max(0.0)) == low;
    (same && Category::of(ends.largest) == low).then_some(low)
}

/// Whether `(max(a, 0) - max(b, 0)) / denominator > 0`, if that is certain.
fn positive(a: Interval, b: Interval, denominator: Interval) -> Option<bool> {
    match (a.clip().minus(b.clip()).sign(), denominator.sign()) {
        (Some(0), _) | (_, Some(0)) => Some(false),
        (Some(above), Some(below)) => Some(above == below),
        _ => None,
    }
}

/// Both, as far as either decides it.
fn both(a: Option<bool>, b: Option<bool>) -> Option<bool> {
    match (a, b) {
        (Some(false), _) | (_, Some(false)) => Some(false),
        (Some(a), Some(b)) => Some(a && b),
        _ => None,
    }
}

fn around(activation: Activation) -> Interval {
    Interval { least: activation.exact - activation.bound, largest: activation.exact + activation.bound }
}

/// The fraction of the way from the exact value to the end of what is allowed that lies between it and the one that was
/// found.
fn used(found: f64, exact: f64, allowed: Interval) -> f64 {
    let (error, bound) = match found < exact {
        true => (exact - found, exact - allowed.least),
        false => (found - exact, allowed.largest - exact),
    };
    match error {
        0.0 => 0.0,
        error => error / bound,
    }
}

impl ChannelBudget {
    /// What the first-order bounds of O(I) and O(B), and the exact values, say of a row of the table with a mix ratio.
    pub(crate) fn new(
        block: Block,
        row: &ChannelRow,
        (o_i, o_b): (Activation, Activation),
        exact: &Exact,
    ) -> ChannelBudget {
        let found = row.mix_ratio.unwrap_or(f64::NAN);
        let (outputs_i, outputs_b) = (exact.on_input.output, exact.on_block.output);
        let middle = mix_ratio(outputs_i.middle(), outputs_b.middle());
        let allowed = ratios(around(o_i), around(o_b)).unwrap_or(Interval { least: f64::NAN, largest: f64::NAN });
        let fractions = [
            used(row.o_i, o_i.exact, around(o_i)),
            used(row.o_b, o_b.exact, around(o_b)),
            used(found, middle.unwrap_or(f64::NAN), allowed),
        ];
        let a_priori = category(around(o_i), around(o_b));
        let found_category = row.category.clone().unwrap_or_default();
        let exact_category = category(outputs_i, outputs_b);
        let d_b = positive(exact.b_enlarged_i, exact.on_input.block, exact.on_block.block);
        let d_i = positive(exact.i_shrunk_b, exact.on_block.input, exact.on_input.input);
        let no_mix = both(d_b, d_i);
        let mix = exact_category.map(|category| category == Category::Mix);
        ChannelBudget {
            block: block.to_string(),
            channel: row.channel,
            mix_ratio: found,
            exact: ratios(outputs_i, outputs_b),
            least: allowed.least,
            largest: allowed.largest,
            used: fractions.into_iter().fold(0.0, bounds::worse),
            open: a_priori.map(|category| category.to_string()).as_ref() != Some(&found_category),
            category: Verdict {
                // The name and the number of the table have to agree.
                table: match Category::of(found).to_string() == found_category {
                    true => found_category,
                    false => format!("{found_category} at {found}"),
                },
                exact: exact_category.map(|category| category.to_string()),
            },
            scale_invariant_no_mix: Verdict { table: row.scale_invariant_no_mix, exact: no_mix },
            scale_invariant: Verdict { table: row.scale_invariant, exact: both(no_mix, mix) },
        }
    }

    /// How far the mix ratio in the table is from the exact one.
    pub fn rounding(&self) -> f64 {
        self.exact.map_or(f64::NAN, |exact| (self.mix_ratio - exact.middle()).abs())
    }

    /// Whether a category or criterion has changed.
    pub fn flips(&self) -> bool {
        self.category.flips() || self.scale_invariant_no_mix.flips() || self.scale_invariant.flips()
    }

    /// Whether one of them is undecided.
    pub fn straddles(&self) -> bool {
        let scale = self.scale_invariant.straddles() || self.scale_invariant_no_mix.straddles();
        self.category.straddles() || scale
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A value, and how far it may be from another.
    fn within(middle: f64, radius: f64) -> Interval {
        Interval { least: middle - radius, largest: middle + radius }
    }

    fn roles(output: Interval) -> Roles {
        Roles { input: within(1.0, 0.0), block: within(1.0, 0.0), output }
    }

    /// O(I) and O(B) with their first-order bounds and the radius of their enclosure, beside a row of the table.
    fn budget(o_i: (f64, f64), o_b: (f64, f64), radius: f64, row: &ChannelRow) -> ChannelBudget {
        let of = |(exact, bound)| Activation { exact, bound };
        let exact = Exact {
            on_input: roles(within(o_i.0, radius)),
            on_block: roles(within(o_b.0, radius)),
            b_enlarged_i: within(1.5, radius),
            i_shrunk_b: within(0.5, radius),
        };
        ChannelBudget::new("1.1".parse().unwrap(), row, (of(o_i), of(o_b)), &exact)
    }

    fn row(o_i: f64, o_b: f64, category: &str) -> ChannelRow {
        let mut cells = serde_json::json!({
            "block": "layer1.1", "channel": 3, "o_i": o_i, "o_b": o_b, "mix_ratio": o_i / o_b, "category": category, "retries": 0,
            "scale_invariant": false, "scale_invariant_no_mix": false, "scale_invariant_by_block": false,
        });
        for other in ["o_o", "i_o", "b_o", "i_i", "b_i", "i_b", "b_b"] {
            cells[other] = 1.0.into();
        }
        serde_json::from_value(cells).unwrap()
    }

    #[test]
    fn a_category_is_open_where_the_first_order_bounds_reach_beyond_its_ends_and_flips_where_the_exact_value_does() {
        let table = row(1.49, 1.0, "mix");
        let clear = budget((1.49, 1e-4), (1.0, 1e-4), 1e-12, &table);
        assert!(!clear.open && !clear.flips() && !clear.straddles());
        assert!(clear.rounding() < 1e-11);
        let wide = budget((1.49, 1e-2), (1.0, 1e-2), 1e-12, &table);
        assert!(wide.open && !wide.flips() && !wide.straddles());
        assert!(wide.least < 1.49 && wide.largest > 1.5);
        let other = budget((1.51, 1e-4), (1.0, 1e-4), 1e-12, &table);
        assert!(other.open && other.flips() && other.used > 1.0);
        let across = budget((1.5, 1e-4), (1.0, 1e-4), 1e-12, &table);
        assert!(across.straddles() && !across.category.flips());
    }

    #[test]
    fn the_numbers_of_the_table_are_held_to_the_first_order_bounds() {
        // 0.53 and 0.1 are both an overwrite.
        let honest = row(0.53 + 1e-5, 1.0, "overwrite");
        let half = budget((0.53, 2e-5), (1.0, 2e-5), 1e-12, &honest);
        assert!((half.used - 0.5).abs() < 1e-6 && !half.flips(), "{half:?}");
        let ratio = ChannelRow { mix_ratio: Some(0.1), ..honest.clone() };
        assert!(budget((0.53, 2e-5), (1.0, 2e-5), 1e-12, &ratio).used > 1.0);
        let activation = ChannelRow { o_b: 1.1, ..honest.clone() };
        assert!(budget((0.53, 2e-5), (1.0, 2e-5), 1e-12, &activation).used > 1.0);
        let name = ChannelRow { category: Some("mix".to_owned()), ..honest };
        assert!(budget((0.53, 2e-5), (1.0, 2e-5), 1e-12, &name).category.flips());
    }

    #[test]
    fn sentinels_are_exact_and_no_mix_ratio_at_all_is_within_no_bound() {
        let mut table = row(3.0, -1.0, "skip");
        table.mix_ratio = Some(10.0);
        let skipped = budget((3.0, 1e-4), (-1.0, 1e-4), 1e-12, &table);
        assert!(skipped.used == 0.0 && !skipped.open && !skipped.flips());
        let failed = budget((-3.0, 1e-4), (-1.0, 1e-4), 1e-12, &table);
        assert!(failed.used == f64::INFINITY && failed.straddles());
        // O(B) may be zero: a mix ratio without a largest one is a skip whatever it is.
        let o_b = (1e-5, 1e-4);
        table.o_b = 1e-5;
        table.mix_ratio = Some(3e5);
        let steep = budget((3.0, 1e-4), o_b, 1e-12, &table);
        assert!(steep.largest == f64::INFINITY && steep.used <= 1.0 && !steep.open);
    }

    #[test]
    fn scale_invariance_flips_and_straddles_like_the_category() {
        // dB > 0, dI < 0.
        let table = row(1.0, 1.0, "mix");
        let found = budget((1.0, 1e-4), (1.0, 1e-4), 1e-12, &table);
        assert_eq!(found.scale_invariant_no_mix.exact, Some(false));
        assert!(!found.flips());
        let claimed = ChannelRow { scale_invariant: true, ..table.clone() };
        assert!(budget((1.0, 1e-4), (1.0, 1e-4), 1e-12, &claimed).flips());
        let apart = |a, b| positive(a, within(1.0, 0.0), b);
        assert_eq!(apart(within(1.1, 0.0), within(2.0, 0.1)), Some(true));
        assert_eq!(apart(within(1.1, 0.0), within(-2.0, 0.1)), Some(false));
        assert_eq!(apart(within(1.1, 0.2), within(2.0, 0.1)), None);
        assert_eq!(apart(within(1.1, 0.0), within(0.0, 0.1)), None);
        // Both are clipped to the same zero.
        assert_eq!(positive(within(-1.0, 0.1), within(-2.0, 0.1), within(1.0, 2.0)), Some(false));
        assert_eq!(both(None, Some(false)), Some(false));
        assert_eq!(both(None, Some(true)), None);
    }
}
