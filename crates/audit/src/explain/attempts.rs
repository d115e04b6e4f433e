//! The rule that failed pictures are made again, and what it did to a channel.

use super::document::{Section, number};
use super::measured::{Center, Measured};
use super::provenance::Provenance;
use crate::error::AuditError;
use report::ChannelRow;
use resnet::{Role, View};
use runs::MAX_RETRIES;
use std::path::Path;

/// Every attempt, from the run's seed on: those before the last have to have failed, or there would be no other.
pub(super) fn section(
    provenance: &Provenance<'_>,
    center: &Center<'_>,
    (first_seed, row): (u64, &ChannelRow),
    measured: &Measured,
    differences: &mut Vec<String>,
) -> Result<Section, AuditError> {
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
        let sound = analysis::mix_ratio(o_i, o_b).is_ok();
        let last = retry == retries;
        let outcome = match (sound, last) {
            (true, true) => "at least one is positive: kept",
            (false, false) => "neither is positive: both made again",
            (false, true) if retries == MAX_RETRIES => "neither is positive: given up",
            (true, false) => "at least one is positive, and yet both were made again",
            (false, true) => "neither is positive, and yet nothing was made again",
        };
        if outcome.contains("and yet") {
            differences.push(format!(
                "tables/channels.csv: {} retries of channel {} of block {}, but from seed {seed} {outcome}",
                row.retries, row.channel, row.block
            ));
        }
        section.row([&seed.to_string(), &number(o_i), &number(o_b), outcome]);
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
