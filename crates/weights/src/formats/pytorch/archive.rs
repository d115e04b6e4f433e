//! The format since 2020: a zip archive of `data.pkl` and one member for each storage, all in one folder.

use std::collections::BTreeSet;
use std::io::{self, Read};

use super::super::foreign;
use super::super::format::{Contents, Format};
use super::super::members::Members;
use super::super::place::Place;
use super::views::{LONGEST_PICKLE, NAME, Storages, contents, corrupt, no_storage, stopped};
use crate::WeightsError;
use crate::budget::Budget;
use crate::element::Element;
use crate::fault::TensorFault;
use crate::pickle::{Input, View, load};
use crate::text::shown;
use crate::values;

/// An archive with a pickle, and without code.
#[derive(Debug)]
pub(crate) struct Archive;

impl Format for Archive {
    fn name(&self) -> &'static str {
        NAME
    }

    fn recognises(&self, place: &Place) -> bool {
        foreign::archive(place.members()).is_none() && folder(place.members()).is_some()
    }

    fn open(&self, place: &Place) -> Result<Contents, WeightsError> {
        let file = place.path();
        let mut members = Members::open(file)?;
        let folder = folder(place.members()).unwrap_or_default().to_owned();
        let damaged = |reason: io::Error| corrupt(file, format!("its data.pkl: {reason}"));
        let pickle = members.find(&format!("{folder}data.pkl")).ok_or_else(|| corrupt(file, "it has no data.pkl"))?;
        // PyTorch can be told to write no sums; all are zero then.
        members.ignore_sums_if_there_are_none();
        let (mut member, size) = members.unpack(pickle).map_err(damaged)?;
        if size > LONGEST_PICKLE {
            return Err(corrupt(
                file,
                format!("its data.pkl would unpack to {size} bytes, more than {LONGEST_PICKLE}"),
            ));
        }
        // Its sum first: of a damaged pickle anything can be said.
        io::copy(&mut member, &mut io::sink()).map_err(damaged)?;
        drop(member);
        let (mut member, size) = members.unpack(pickle).map_err(damaged)?;
        let loaded = load(&mut Input::new(&mut member, size)).map_err(|error| stopped(file, error))?;
        drop(member);
        let big_endian = match members.find(&format!("{folder}byteorder")) {
            Some(at) => members.head(at, 3).map_err(damaged)? == b"big",
            None => false,
        };
        let unpacked = Budget::of(place.length());
        let storages = Records { members, folder, big_endian, unpacked, checked: BTreeSet::new() };
        contents(place, (&loaded.0, loaded.1), Box::new(storages))
    }
}

/// The folder that all of an archive's members are in, with its slash.
fn folder(members: &[String]) -> Option<&str> {
    members.iter().find_map(|member| member.strip_suffix("data.pkl").filter(|folder| is_folder(folder)))
}

fn is_folder(folder: &str) -> bool {
    folder.is_empty() || folder.ends_with('/') && folder.matches('/').count() == 1
}

/// The members that are storages.
struct Records {
    members: Members,
    folder: String,
    big_endian: bool,
    /// What deflated storages unpack to, each time that one is read.
    unpacked: Budget,
    /// Those whose sums were compared.
    checked: BTreeSet<usize>,
}

impl Storages for Records {
    fn values(&mut self, view: &View, element: Element) -> io::Result<Result<Vec<f32>, TensorFault>> {
        let key = &view.storage.key;
        let name = shown(key);
        let Some(at) = self.members.find(&format!("{}data/{key}", self.folder)) else {
            return Ok(Err(no_storage(format!("there is no storage `{name}`"))));
        };
        let (size, stored) = self.members.extent(at)?;
        let claimed = view.storage.count.saturating_mul(view.storage.of.size());
        if size != claimed {
            return Ok(Err(no_storage(format!("storage `{name}` should have {claimed} bytes, and has {size}"))));
        }
        if !stored {
            return self.unpack(at, view, element);
        }
        if self.checked.insert(at) {
            let (mut member, _) = self.members.unpack(at)?;
            io::copy(&mut member, &mut io::sink())?;
        }
        let from = view.layout.offset() as u64 * element.size() as u64;
        let mut member = self.members.stored_from(at, from)?;
        values::read(&mut member, element, &view.layout.clone().moved_to_zero())
    }

    fn big_endian(&self) -> bool {
        self.big_endian
    }
}

impl Records {
    /// From a deflated member, which can only be read from its beginning.
    fn unpack(&mut self, at: usize, view: &View, element: Element) -> io::Result<Result<Vec<f32>, TensorFault>> {
        let (mut member, size) = self.members.unpack(at)?;
        if let Err(left) = self.unpacked.take(size) {
            return Ok(Err(TensorFault::TooLarge { size, left }));
        }
        let values = values::read(&mut member, element, &view.layout)?;
        // To the end, where its sum is checked.
        io::copy(&mut member.by_ref(), &mut io::sink())?;
        Ok(values)
    }
}
