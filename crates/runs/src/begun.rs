//! What a run says of itself before it has anything to show: which channels it studies, and where the store keeps their
//! pictures. Of a run that was stopped before its manifest, the page is made from that and from the store.

use crate::error::RunError;
use crate::manifest::{Described, manifest};
use crate::names::{is_of_a_run, is_of_the_report};
use crate::options::Options;
use crate::pictures::Workshop;
use crate::plan::{Plan, roles};
use crate::progress::{Event, Observer};
use crate::source::Loaded;
use crate::store;
use featviz::Objective;
use report::{Manifest, PictureRecord, digests, layout, write_atomically};
use resnet::Role;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// What lies in a folder of a run that began there and did not get as far as a manifest.
pub(crate) fn read(folder: &Path) -> Option<Manifest> {
    Manifest::read_begun(folder).ok()
}

/// A run that begins.
pub(crate) struct Begins<'a> {
    pub(crate) options: &'a Options,
    pub(crate) loaded: &'a Loaded,
    pub(crate) plan: &'a Plan,
    pub(crate) workshop: &'a Workshop<'a>,
    /// One that began here before it.
    pub(crate) earlier: Option<&'a Manifest>,
}

/// Writes down that a run begins; files that the page of an earlier one left stay listed, to be deleted at the end.
///
/// # Errors
/// If it cannot be written.
pub(crate) fn write(begins: &Begins<'_>) -> Result<(), RunError> {
    let Begins { options, loaded, plan, workshop, earlier } = *begins;
    let mut begun = manifest(Described {
        options,
        loaded,
        recipe: workshop.recipe,
        plan,
        channels: &[],
        others: &[],
        variants: &[],
        on_the_way: &[],
        images: None,
        pictures: planned(begins),
    });
    begun.files = earlier.map_or_else(BTreeMap::new, |earlier| earlier.files.clone());
    Ok(begun.write_begun(&options.out)?)
}

/// It is over: the folder has a manifest.
pub(crate) fn forget(folder: &Path) -> Result<(), RunError> {
    let path = folder.join(layout::BEGUN);
    match path.exists() {
        true => fs::remove_file(&path).map_err(RunError::write(&path)),
        false => Ok(()),
    }
}

/// The center-neuron pictures of every channel from the first seed, and where the store keeps them or will.
fn planned(Begins { loaded, plan, workshop, .. }: &Begins<'_>) -> BTreeMap<String, PictureRecord> {
    let (architecture, seed) = (loaded.architecture(), plan.seeds.first());
    let mut pictures = BTreeMap::new();
    for study in &plan.studies {
        for &channel in &study.channels {
            let units = roles(architecture, (study.block, channel), Objective::Neuron, seed);
            for (role, unit) in Role::ALL.into_iter().zip(units) {
                let path = layout::feature(&study.block.to_string(), role.name(), channel);
                let parts: Vec<_> = path.iter().map(|part| part.to_string_lossy()).collect();
                let record = PictureRecord {
                    site: unit.site.to_string(),
                    objective: unit.objective.to_string(),
                    channel: unit.channel,
                    seed: unit.seed,
                    from_seed: None,
                    variant: None,
                    steps: None,
                    address: workshop.address(&unit).hex().to_owned(),
                };
                pictures.insert(parts.join("/"), record);
            }
        }
    }
    pictures
}

/// Makes the page of a run that has no manifest yet: of the pictures that its store has. The path of that page.
///
/// # Errors
/// If nothing says which run began there, or a file cannot be written.
pub(crate) fn report(folder: &Path, observer: &dyn Observer) -> Result<PathBuf, RunError> {
    let mut begun = Manifest::read_begun(folder)?;
    // A name that no run gives is nobody's to write.
    begun.pictures.retain(|name, _| is_of_a_run(name) && name.starts_with("features/"));
    for (name, record) in &begun.pictures {
        let path = folder.join(name);
        let stored = fs::read(folder.join(record.stored())).ok();
        if let Some(entry) = stored.and_then(|bytes| store::parse(&bytes, &record.address)) {
            write_atomically(&path, &entry.png).map_err(RunError::write(&path))?;
        }
    }
    report::render_unfinished(folder, &begun)?;
    let there = begun.pictures.keys().filter(|name| folder.join(name).exists()).count();
    let made = |name: &str| is_of_the_report(name) || begun.pictures.contains_key(name);
    begun.files = digests(folder, made)?;
    begun.write_begun(folder)?;
    observer.event(Event::Notice(format!(
        "{}: the run was stopped before it measured anything: the page shows {there} of its {} pictures",
        folder.display(),
        begun.pictures.len()
    )));
    Ok(folder.join(layout::INDEX))
}
