//! Which pictures a derivation is of: their files, seeds, keys, digests, and whether each is what the manifest says.

use super::document::{Section, whose};
use crate::budget::{Picture, Run};
use crate::error::AuditError;
use featviz::{Objective, Recipe};
use report::{ChannelRow, PictureRecord, layout};
use resnet::{Block, Role};
use runs::{Address, NUMERICS_VERSION, Store, Unit, recipe};
use std::path::Path;

/// The pictures of a channel and where they come from.
pub(super) struct Provenance<'a> {
    pub(super) run: &'a Run,
    block: Block,
    pub(super) row: &'a ChannelRow,
    recipe: Option<Recipe>,
    store: Store,
    /// Of Input, Block and Output, as they lie below `features`.
    pub(super) pictures: [Picture; 3],
    /// What is not as the manifest says.
    pub(super) differences: Vec<String>,
}

impl<'a> Provenance<'a> {
    pub(super) fn new(run: &'a Run, block: Block, row: &'a ChannelRow) -> Result<Provenance<'a>, AuditError> {
        let [input, of_block, output] = Role::ALL.map(|role| run.picture(row, role));
        let mut found = Provenance {
            run,
            block,
            row,
            recipe: recipe(&run.manifest),
            store: Store::at(&run.folder.join(layout::STORE)),
            pictures: [input?, of_block?, output?],
            differences: Vec::new(),
        };
        found.differences = found.of_run()?;
        for (role, picture) in Role::ALL.into_iter().zip(&found.pictures) {
            let differences = found.of_picture(role, picture);
            found.differences.extend(differences);
        }
        Ok(found)
    }

    /// The unit of a role from a seed.
    pub(super) fn unit(&self, role: Role, seed: u64) -> Unit {
        let site = self.run.architecture.optimised_site(self.block, role);
        Unit { site, objective: Objective::Neuron, channel: self.row.channel, seed }
    }

    /// The seed that a role's picture should be from: the run's for the Output, one more for each retry for the others.
    fn seed(&self, role: Role) -> u64 {
        let retries = if role == Role::Output { 0 } else { self.row.retries };
        self.run.manifest.seed.wrapping_add(retries)
    }

    fn record(&self, picture: &Picture) -> Option<&'a PictureRecord> {
        self.run.manifest.pictures.get(&name(&picture.name))
    }

    /// Where the store keeps a unit's picture, from the run's folder on, and its file, if the store has it whole.
    pub(super) fn stored(&self, unit: &Unit) -> Option<(String, Option<Vec<u8>>)> {
        let weights = &self.run.identity;
        let address = Address::of(unit, self.recipe.as_ref()?, weights);
        let path = self.store.path(&address);
        let shown = path.strip_prefix(&self.run.folder).unwrap_or(&path);
        Some((name(shown), self.store.get(&address).map(|e| e.png)))
    }

    /// What is not as the manifest says of the run as a whole.
    fn of_run(&self) -> Result<Vec<String>, AuditError> {
        let (run, manifest) = (self.run, &self.run.manifest);
        let mut differences = Vec::new();
        let mut say = |file: &str, what: &str| differences.push(format!("{file}: {what}"));
        if !manifest.is_sealed(&run.folder)? {
            say(layout::MANIFEST, "it does not have its own digest, so it is not as it was written");
        }
        if manifest.numerics_version != NUMERICS_VERSION {
            let theirs = manifest.numerics_version;
            say(
                layout::MANIFEST,
                &format!("numerics version {theirs}, this program has {NUMERICS_VERSION} and may give other bits"),
            );
        }
        if self.recipe.is_none() {
            say(layout::MANIFEST, "its recipe is not one of this program");
        }
        let path = run.folder.join(layout::CHANNELS);
        let read = |source| report::ReportError::Read { path: path.clone(), source };
        let table = std::fs::read(&path).map_err(read)?;
        if let Some(other) = self.other_digest(layout::CHANNELS, &table) {
            say(layout::CHANNELS, &other);
        }
        Ok(differences)
    }

    /// What is not as the manifest and the store say of a picture.
    fn of_picture(&self, role: Role, picture: &Picture) -> Vec<String> {
        let file = name(&picture.name);
        let mut differences = Vec::new();
        if let Some(other) = self.other_digest(&file, &picture.bytes) {
            differences.push(format!("{file}: {other}"));
        }
        let unit = self.unit(role, self.seed(role));
        let Some((stored, png)) = self.stored(&unit) else {
            return differences;
        };
        match self.record(picture) {
            None => differences.push(format!("{file}: the manifest does not say what it is of")),
            Some(record) => {
                let said = format!("{}:{} ({}, seed {})", record.site, record.channel, record.objective, record.seed);
                if said != unit.to_string() {
                    differences.push(format!("{file}: the manifest says it is of {said}, it should be of {unit}"));
                }
                if !stored.ends_with(&record.address) {
                    differences.push(format!(
                        "{file}: the manifest's key is {}, that of {unit} is in {stored}",
                        record.address
                    ));
                }
            }
        }
        match png {
            None => differences.push(format!("{stored}: the picture of {unit} is missing or damaged")),
            Some(png) if png != picture.bytes => {
                differences.push(format!("{file}: it is not the picture of {unit} in {stored}"));
            }
            Some(_) => {}
        }
        differences
    }

    /// How a file's digest is another than the manifest's.
    fn other_digest(&self, file: &str, bytes: &[u8]) -> Option<String> {
        let now = digest(bytes);
        match self.run.manifest.files.get(file) {
            None => Some("the manifest does not list it".to_owned()),
            Some(was) if *was != now => Some(format!("its digest is {now}, the manifest's is {was}")),
            Some(_) => None,
        }
    }

    pub(super) fn section(&self) -> Section {
        let manifest = &self.run.manifest;
        let mut section = Section::new("Pictures");
        section.say(
            "Each maximises the center neuron of this channel, at the Input, the Block or the Output. Measured is the 8-bit picture.",
        );
        section.say(format!("Weights: {}, digest {}.", manifest.network.weights, manifest.network.weights_digest));
        let constants = manifest.recipe.as_object().into_iter().flatten();
        let constants: Vec<String> = constants.map(|(k, v)| format!("{k} {v}")).collect();
        section.say(format!("Recipe: {}.", constants.join(", ")));
        section.say(format!(
            "Written by {}, numerics version {}, source {}.",
            manifest.program, manifest.numerics_version, manifest.build.source_digest
        ));
        section.row(["picture", "what", "which"]);
        for (role, picture) in Role::ALL.into_iter().zip(&self.pictures) {
            let digest = digest(&picture.bytes);
            let as_said = match self.other_digest(&name(&picture.name), &picture.bytes) {
                None => "as in the manifest",
                Some(_) => "NOT as in the manifest",
            };
            section.row([whose(role), "file", &name(&picture.name)]);
            section.row(["", "BLAKE3", &format!("{digest}, {as_said}")]);
            match self.record(picture) {
                None => section.row(["", "made for", "the manifest does not say"]),
                Some(r) => {
                    let of = format!("{}, channel {}, {}", r.site, r.channel, r.objective);
                    section.row(["", "maximises", &of]);
                    section.row(["", "seed", &r.seed.to_string()]);
                    section.row(["", "store key", &r.address]);
                }
            }
        }
        section
    }
}

fn digest(bytes: &[u8]) -> String {
    blake3::hash(bytes).to_hex().to_string()
}

/// A path as the manifest writes it.
fn name(path: &Path) -> String {
    let parts: Vec<_> = path.iter().map(|part| part.to_string_lossy()).collect();
    parts.join("/")
}
