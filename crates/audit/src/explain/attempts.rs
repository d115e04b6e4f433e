//! The rule that failed pictures are made again, and what it did to a channel.

use super::document::{Section, number};
use super::measured::{Center, Measured};
use super::provenance::Provenance;
use crate::error::AuditError;
use resnet::{Role, View};
use runs::MAX_RETRIES;
use std::fmt;
use std::path::Path;

/// What came of an attempt.
#[derive(Clone, Copy)]
enum Outcome {
    Kept,
    MadeAgain,
    GivenUp,
    MadeAgainForNothing,
    LeftAsItFailed,
}

impl Outcome {
    /// Of the attempt of this number among those that there were, with a mix ratio or without.
    fn of(sound: bool, retry: u64, retries: u64) -> Outcome {
        match (sound, retry == retries) {
            (true, true) => Outcome::Kept,
            (false, false) => Outcome::MadeAgain,
            (false, true) if retries == MAX_RETRIES => Outcome::GivenUp,
            (true, false) => Outcome::MadeAgainForNothing,
            (false, true) => Outcome::LeftAsItFailed,
        }
    }

    fn breaks_the_rule(self) -> bool {
        matches!(self, Outcome::MadeAgainForNothing | Outcome::LeftAsItFailed)
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Outcome::Kept => "at least one is positive: kept",
            Outcome::MadeAgain => "neither is positive: both made again",
            Outcome::GivenUp => "neither is positive, and no attempt is left",
            Outcome::MadeAgainForNothing => "at least one is positive, and yet both were made again",
            Outcome::LeftAsItFailed => "neither is positive, and yet nothing was made again",
        })
    }
}

/// Every attempt, from the run's seed on: those before the last have to have failed, or there would be no other.
pub(super) fn section(
    provenance: &Provenance<'_>,
    center: &Center<'_>,
    measured: &Measured,
    differences: &mut Vec<String>,
) -> Result<Section, AuditError> {
    let (first_seed, row) = (provenance.run.manifest.seed, provenance.row);
    let mut section = Section::new("Attempts");
    section.say(format!(
        "Where neither O(I) nor O(B) is positive the visualization failed: the Input's and the Block's picture are made again from the \
         next seed, at most {MAX_RETRIES} times. The Output's picture is kept."
    ));
    section.row(["seed of Input's and Block's", "O(I)", "O(B)", "outcome"]);
    let retries = row.retries.min(MAX_RETRIES);
    for retry in 0..=retries {
        let seed = first_seed.wrapping_add(retry);
        let (o_i, o_b) = if retry == retries {
            (measured.nine[0][2], measured.nine[1][2])
        } else {
            match before(provenance, center, seed, differences)? {
                Some(both) => both,
                None => continue,
            }
        };
        let outcome = Outcome::of(analysis::mix_ratio(o_i, o_b).is_ok(), retry, retries);
        if outcome.breaks_the_rule() {
            differences.push(format!(
                "tables/channels.csv: {} retries of channel {} of block {}, but from seed {seed} {outcome}",
                row.retries, row.channel, row.block
            ));
        }
        section.row([&seed.to_string(), &number(o_i), &number(o_b), &outcome.to_string()]);
    }
    section.say(match row.retries {
        0 => "The first attempt did not fail, so all three pictures are from the run's seed.".to_owned(),
        n => format!(
            "It was retried {n} time{}, so the Input's and the Block's picture are from seed {}, the Output's from seed {first_seed}.",
            if n == 1 { "" } else { "s" },
            first_seed.wrapping_add(n)
        ),
    });
    Ok(section)
}

/// O(I) and O(B) of an attempt that is in the store alone.
fn before(
    provenance: &Provenance<'_>,
    center: &Center<'_>,
    seed: u64,
    differences: &mut Vec<String>,
) -> Result<Option<(f64, f64)>, AuditError> {
    let mut read = |role| {
        let unit = provenance.unit(role, seed);
        // Without a recipe there are no keys, which is said already.
        let Some((stored, png)) = provenance.stored(&unit) else {
            return Ok(None);
        };
        let Some(png) = png else {
            differences.push(format!("{stored}: the picture of {unit} is missing or damaged"));
            return Ok(None);
        };
        let pixels = images::decode_bytes(&png, Path::new(&stored))?.into_pixels();
        let [output] = center.read(View::Plain, [Role::Output], &pixels)?;
        Ok::<_, AuditError>(Some(output))
    };
    Ok(read(Role::Input)?.zip(read(Role::Block)?))
}
