//! Whether the store holds every picture, whole and the same as people see it.

use super::check::{Check, STORED};
use super::recorded::recipe;
use crate::pictures::{MAX_RETRIES, Variant};
use crate::store::{Address, Store, Unit, images_held};
use featviz::Recipe;
use report::{Manifest, PictureRecord, counted, layout};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// Compares every picture with its entry in the store, and its key with what the manifest says of it. Pictures that
/// were tried before it from other seeds have to be there too: a run again asks for them.
pub(super) fn check(folder: &Path, manifest: &Manifest) -> Check {
    let Some(recipe) = recipe(manifest) else {
        return Check::not_done(STORED, "the manifest's recipe is not one of this program");
    };
    let stored = Stored { folder, store: Store::at(&folder.join(layout::STORE)), recipe, manifest };
    let mut differences = Vec::new();
    for (name, record) in &manifest.pictures {
        differences.extend(stored.compare(name, record).err());
    }
    // Those of other runs may have been cut short, and are cut to what is whole by whoever goes on there.
    let journals: BTreeMap<String, usize> =
        manifest.images.as_ref().map_or_else(BTreeMap::new, |images| images.journals.clone());
    for (journal, needed) in &journals {
        let name = scan(journal);
        let held = match fs::read(folder.join(&name)) {
            Ok(bytes) => images_held(&bytes),
            Err(_) => {
                differences.push(format!("{name}: what was read of images is missing"));
                continue;
            }
        };
        match held {
            None => differences.push(format!("{name}: what was read of images is damaged")),
            Some(held) if held < *needed => differences.push(format!(
                "{name}: it holds what was read of {}, and the run read {needed}",
                counted(held, "image")
            )),
            Some(_) => {}
        }
    }
    let (pictures, journals) = (manifest.pictures.len(), journals.len());
    let compared = format!("{STORED}: {} and {} of images", counted(pictures, "picture"), counted(journals, "journal"));
    Check::done(compared, differences)
}

/// Where a journal of images is, below the output folder.
pub(super) fn scan(journal: &str) -> String {
    format!("{}/scans/{journal}", layout::STORE)
}

/// The names of all files of the store that belong to a manifest.
pub(super) fn known(manifest: &Manifest) -> BTreeSet<String> {
    let journals = manifest.images.iter().flat_map(|images| images.journals.keys());
    let mut known: BTreeSet<String> = journals.map(|journal| scan(journal)).collect();
    let Some(recipe) = recipe(manifest) else {
        return known;
    };
    let store = Store::at(Path::new(layout::STORE));
    let of = |record: &PictureRecord| Some((recipe_of(record, &recipe)?, attempts(manifest, record)?));
    let all = manifest.pictures.values().filter_map(of);
    for (recipe, unit) in all.flat_map(|(recipe, units)| units.into_iter().map(move |unit| (recipe.clone(), unit))) {
        let address = Address::of(&unit, &recipe, &manifest.network.weights_digest);
        let path = store.path(&address);
        let parts: Vec<_> = path.iter().map(|part| part.to_string_lossy()).collect();
        known.insert(parts.join("/"));
    }
    known
}

struct Stored<'a> {
    folder: &'a Path,
    store: Store,
    recipe: Recipe,
    manifest: &'a Manifest,
}

impl Stored<'_> {
    /// What is wrong with a picture.
    fn compare(&self, name: &str, record: &PictureRecord) -> Result<(), String> {
        let attempts =
            attempts(self.manifest, record).ok_or_else(|| format!("{name}: the manifest says of it what cannot be"))?;
        let recipe =
            recipe_of(record, &self.recipe).ok_or_else(|| format!("{name}: the manifest says of it what cannot be"))?;
        for unit in attempts {
            let address = Address::of(&unit, &recipe, &self.manifest.network.weights_digest);
            let path = self.store.path(&address);
            let stored = path.strip_prefix(self.folder).unwrap_or(&path).display();
            if !path.exists() {
                return Err(format!("{stored}: {unit} of {name} is missing"));
            }
            let entry = self.store.whole(&address, &unit).ok_or_else(|| {
                let what = match self.store.holds_older(&address) {
                    true => "is kept by an earlier version of this program: reproduce makes it again",
                    false => "is damaged",
                };
                format!("{stored}: {unit} of {name} {what}")
            })?;
            if unit.seed != record.seed {
                continue;
            }
            if address.hex() != record.address {
                let (ours, theirs) = (address.hex(), &record.address);
                return Err(format!("{name}: the key of {unit} in the store is {ours}, the manifest's is {theirs}"));
            }
            // Whether it is there at all is asked of all files alike.
            if fs::read(self.folder.join(name)).is_ok_and(|bytes| bytes != entry.png) {
                return Err(format!("{name}: it is not the picture of {unit} in {stored}"));
            }
        }
        Ok(())
    }
}

/// The units of a picture: from the seed of the run that it is of on, one after the other failed up to the last, which is shown. `None`
/// where a record means nothing.
pub(super) fn attempts(manifest: &Manifest, record: &PictureRecord) -> Option<Vec<Unit>> {
    let first = record.from_seed.unwrap_or(manifest.seed);
    let retries = record.seed.wrapping_sub(first);
    let unit = |retry| {
        Some(Unit {
            site: record.site.parse().ok()?,
            objective: record.objective.parse().ok()?,
            channel: record.channel,
            seed: first.wrapping_add(retry),
        })
    };
    if retries > MAX_RETRIES {
        return None;
    }
    (0..=retries).map(unit).collect()
}

/// The recipe of a picture: the run's, or its variant's, with its own number of steps where it has one. `None` where there is
/// no such variant.
pub(super) fn recipe_of(record: &PictureRecord, published: &Recipe) -> Option<Recipe> {
    let recipe = match &record.variant {
        None => published.clone(),
        Some(name) => name.parse::<Variant>().ok()?.recipe(published),
    };
    Some(Recipe { steps: record.steps.unwrap_or(recipe.steps), ..recipe })
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::manifest;

    #[test]
    fn the_attempts_of_a_picture_are_those_of_every_seed_up_to_the_one_shown() {
        let record = |seed| PictureRecord {
            site: "layer1.1.bn2".to_owned(),
            objective: "neuron".to_owned(),
            channel: 3,
            seed,
            from_seed: None,
            variant: None,
            steps: None,
            address: String::new(),
        };
        let mut manifest = manifest();
        let seeds = |manifest: &Manifest, seed| -> Option<Vec<u64>> {
            let units = attempts(manifest, &record(seed))?;
            assert!(units.iter().all(|u| u.site.to_string() == "layer1.1.bn2" && u.channel == 3));
            Some(units.into_iter().map(|u| u.seed).collect())
        };
        assert_eq!(seeds(&manifest, 7), Some(vec![7]));
        assert_eq!(seeds(&manifest, 9), Some(vec![7, 8, 9]));
        assert_eq!(seeds(&manifest, 11), Some((7..=11).collect()));
        assert_eq!(seeds(&manifest, 12), None);
        assert_eq!(seeds(&manifest, 6), None);
        manifest.seed = u64::MAX;
        assert_eq!(seeds(&manifest, 1), Some(vec![u64::MAX, 0, 1]));
        // One of another seed of the run begins there.
        let of_another = |seed| {
            let units = attempts(&manifest, &PictureRecord { from_seed: Some(20), ..record(seed) })?;
            Some(units.iter().map(|u| u.seed).collect::<Vec<u64>>())
        };
        assert_eq!(of_another(22), Some(vec![20, 21, 22]));
        assert_eq!(of_another(19), None);
        for wrong in [
            PictureRecord { site: "layer9".to_owned(), ..record(7) },
            PictureRecord { objective: "beauty".to_owned(), ..record(7) },
        ] {
            assert_eq!(attempts(&manifest, &wrong), None);
        }
    }

    #[test]
    fn the_store_is_known_to_hold_every_attempt_and_journal() {
        let mut manifest = manifest();
        assert!(known(&manifest).is_empty());
        let record = PictureRecord {
            site: "layer1.1.bn2".to_owned(),
            objective: "neuron".to_owned(),
            channel: 3,
            seed: 8,
            from_seed: None,
            variant: None,
            steps: None,
            address: String::new(),
        };
        manifest.pictures.insert("a.png".to_owned(), record);
        let mut expected: BTreeSet<String> = [7, 8]
            .into_iter()
            .map(|seed| {
                let unit = Unit {
                    site: "layer1.1.bn2".parse().unwrap(),
                    objective: featviz::Objective::Neuron,
                    channel: 3,
                    seed,
                };
                let address = Address::of(&unit, &Recipe::new(64, 3), "d");
                format!("store/{}/{}", &address.hex()[..2], address.hex())
            })
            .collect();
        assert_eq!(known(&manifest), expected);
        manifest.images = Some(report::ImagesRecord {
            folder: String::new(),
            read: 1,
            skipped: Vec::new(),
            flawed: Vec::new(),
            passed_over: BTreeMap::new(),
            names_digest: String::new(),
            digest: String::new(),
            files: report::ImageDigests::default(),
            journals: BTreeMap::from([("j".to_owned(), 1)]),
        });
        expected.insert("store/scans/j".to_owned());
        assert_eq!(known(&manifest), expected);
        // Of a recipe that is none of this program no picture can be told.
        manifest.recipe = serde_json::Value::Null;
        assert_eq!(known(&manifest), BTreeSet::from(["store/scans/j".to_owned()]));
    }

    #[test]
    fn journals_are_listed_in_order_and_none_where_there_is_no_store() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(journals(folder.path()), Vec::<String>::new());
        let scans = folder.path().join("store/scans");
        fs::create_dir_all(&scans).unwrap();
        for name in ["b", "c", "a"] {
            fs::write(scans.join(name), "").unwrap();
        }
        assert_eq!(journals(folder.path()), ["a", "b", "c"]);
    }
}
