//! Whether pictures are what the weights give.

use super::{Check, Depth, PICTURES, Verify, meaningless, pictures, recipe};
use crate::error::RunError;
use crate::progress::Observer;
use crate::queue::{Lacking, Workshop};
use crate::source::Loaded;
use crate::store::Store;
use crate::unit::Unit;
use report::{Manifest, layout};
use std::collections::BTreeMap;

/// Makes some pictures anew, or all, and compares them with those in the store: every byte, and every value of the objective on the way.
pub(super) fn check(
    options: &Verify,
    manifest: &Manifest,
    loaded: &Loaded,
    observer: &dyn Observer,
) -> Result<Check, RunError> {
    let Some(recipe) = recipe(manifest) else {
        return Ok(Check::not_done(
            PICTURES,
            "the recipe is none of this program",
        ));
    };
    let stored = Store::at(&options.folder.join(layout::STORE));
    let folder = tempfile::tempdir().map_err(|source| RunError::Write {
        path: std::env::temp_dir(),
        source,
    })?;
    let fresh = Store::open(folder.path())?;
    let workshop = Workshop {
        network: &loaded.network,
        weights: &loaded.digest,
        recipe: &recipe,
        store: &fresh,
        isa: options.isa,
        threads: options.threads,
        lacking: Lacking::Make,
    };
    let chosen = chosen(options, manifest)?;
    let units: Vec<Unit> = chosen.values().map(|(_, unit)| *unit).collect();
    workshop.make("pictures made anew", &units, observer)?;
    let mut differences = Vec::new();
    for (name, unit) in chosen.values() {
        let address = workshop.address(unit);
        let (anew, kept) = (workshop.entry(unit)?, stored.get(&address));
        let what = match kept {
            Some(kept) if kept == anew => continue,
            Some(kept) if kept.png == anew.png => "the objective on the way",
            _ => "the picture",
        };
        let path = layout::STORE.to_owned() + "/" + &address.hex()[..2] + "/" + address.hex();
        differences.push(format!(
            "{name}: {what} of {unit}, made anew, is not that of {path}"
        ));
    }
    let all: std::collections::BTreeSet<&String> =
        manifest.pictures.values().map(|p| &p.address).collect();
    let compared = format!("{PICTURES}: {} of {}", chosen.len(), all.len());
    Ok(Check::done(compared, differences))
}

/// Pictures by a draw that everyone can repeat: the manifest's digest shuffles their keys.
fn chosen(
    options: &Verify,
    manifest: &Manifest,
) -> Result<BTreeMap<[u8; 32], (String, Unit)>, RunError> {
    let mut found = BTreeMap::new();
    for (name, record) in &manifest.pictures {
        let unit = pictures::unit(record)
            .ok_or_else(|| meaningless(options, "a site and an objective", &record.site))?;
        let drawn = blake3::hash(format!("{} {}", manifest.digest, record.address).as_bytes());
        found
            .entry(*drawn.as_bytes())
            .or_insert((name.clone(), unit));
    }
    let count = match options.depth {
        Depth::Digests => 0,
        Depth::Sample(count) => count,
        Depth::All => found.len(),
    };
    Ok(found.into_iter().take(count).collect())
}
