//! Whether the store holds every picture, whole and the same as people see it.

use super::{Check, recipe};
use crate::journal;
use crate::store::Store;
use crate::unit::{Address, Unit};
use report::{Manifest, PictureRecord, layout};
use std::fs;
use std::path::Path;

/// Compares every picture with its entry in the store, and its key with what the manifest says of it.
pub(super) fn check(folder: &Path, manifest: &Manifest) -> Check {
    let store = Store::at(&folder.join(layout::STORE));
    let mut differences = Vec::new();
    for (name, record) in &manifest.pictures {
        differences.extend(picture(folder, &store, manifest, (name, record)).err());
    }
    let journals = journals(folder);
    for journal in &journals {
        let name = format!("{}/scans/{journal}", layout::STORE);
        if !fs::read(folder.join(&name)).is_ok_and(|bytes| journal::is_whole(&bytes)) {
            differences.push(format!("{name}: what was read of images is damaged"));
        }
    }
    let compared = format!(
        "the store: {} pictures and {} journals of images",
        manifest.pictures.len(),
        journals.len()
    );
    Check::done(compared, differences)
}

fn picture(
    folder: &Path,
    store: &Store,
    manifest: &Manifest,
    (name, record): (&String, &PictureRecord),
) -> Result<(), String> {
    let unit = unit(record).ok_or_else(|| {
        format!(
            "{name}: the manifest says it is of '{}', '{}', which is no site and objective",
            record.site, record.objective
        )
    })?;
    let recipe = recipe(manifest)
        .ok_or_else(|| format!("{name}: the manifest's recipe is none of this program"))?;
    let address = Address::of(&unit, &recipe, &manifest.network.weights_digest);
    if address.hex() != record.address {
        return Err(format!(
            "{name}: the key of {unit} in the store is {}, the manifest's is {}",
            address.hex(),
            record.address
        ));
    }
    let path = store.path(&address);
    let stored = path.strip_prefix(folder).unwrap_or(&path).display();
    if !path.exists() {
        return Err(format!("{stored}: {unit} of {name} is missing"));
    }
    let entry = store
        .whole(&address, &unit)
        .ok_or_else(|| format!("{stored}: {unit} of {name} is damaged"))?;
    match fs::read(folder.join(name)) {
        Ok(bytes) if bytes != entry.png => Err(format!(
            "{name}: it is not the picture of {unit} in {stored}"
        )),
        // One that is missing is not listed among the files either.
        _ => Ok(()),
    }
}

/// The unit of a picture.
pub(super) fn unit(record: &PictureRecord) -> Option<Unit> {
    Some(Unit {
        site: record.site.parse().ok()?,
        objective: record.objective.parse().ok()?,
        channel: record.channel,
        seed: record.seed,
    })
}

/// The journals of images, in order.
pub(super) fn journals(folder: &Path) -> Vec<String> {
    let listed = fs::read_dir(folder.join(layout::STORE).join("scans"));
    let mut names: Vec<String> = listed
        .into_iter()
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.file_name().to_string_lossy().into_owned()))
        .collect();
    names.sort();
    names
}
