//! The stack machine that a pickle is a program for.

use super::globals;
use super::object::{Heap, Id, Object};
use super::stack::{Machine, corrupt};
use super::{Input, Stopped};
use crate::text::shown;

/// Reads one pickle: what it makes, and the object that it ends with.
///
/// # Errors
/// Where it names what is not on the list, is damaged, ends early, or makes too much.
pub(crate) fn load(input: &mut Input<'_>) -> Result<(Heap, Id), Stopped> {
    let mut machine = Machine::default();
    loop {
        let opcode = input.byte()?;
        if opcode == b'.' {
            let last = machine.pop()?;
            return Ok((machine.heap, last));
        }
        machine.step(opcode, input)?;
    }
}

impl Machine {
    /// One opcode, by what it works on.
    fn step(&mut self, opcode: u8, input: &mut Input<'_>) -> Result<(), Stopped> {
        match opcode {
            // The protocol, and the length of a frame: neither changes what follows.
            0x80 => input.byte().map(drop),
            0x95 => input.array::<8>().map(drop),
            b'(' => self.mark(),
            b'0' => self.discard(),
            b'1' => self.pop_mark().map(drop),
            b'2' => self.duplicate(),
            b'N' | 0x88 | 0x89 | b'F' | b'G' | b'I' | b'J' | b'K' | b'M' | b'L' | 0x8a | 0x8b => {
                self.number(opcode, input)
            }
            b'S' | b'T' | b'U' | b'V' | b'X' | 0x8c | 0x8d | b'B' | b'C' | 0x8e | 0x96 => self.string(opcode, input),
            b']' | b')' | b'l' | b't' | 0x85 | 0x86 | 0x87 | b'}' | b'd' | 0x8f | 0x91 => self.container(opcode),
            b'a' | b'e' | b's' | b'u' | 0x90 => self.fill(opcode),
            b'p' | b'q' | b'r' | 0x94 | b'g' | b'h' | b'j' => self.remember(opcode, input),
            b'c' => {
                let (module, name) = (input.line()?, input.line()?);
                self.global(&module, &name)
            }
            0x93 => self.global_of_the_stack(),
            b'R' | 0x81 => self.call(),
            // What an object is told of itself beside its content.
            b'b' => self.pop().map(drop),
            b'Q' => self.storage(),
            other => Err(Stopped::Refused(refused_opcode(other))),
        }
    }

    fn number(&mut self, opcode: u8, input: &mut Input<'_>) -> Result<(), Stopped> {
        let object = match opcode {
            b'N' => Object::None,
            0x88 => Object::Truth(true),
            0x89 => Object::Truth(false),
            b'F' => input.line().map(|_| Object::Other)?,
            b'G' => input.array::<8>().map(|_| Object::Other)?,
            b'J' => Object::Integer(i32::from_le_bytes(input.array()?).into()),
            b'K' => Object::Integer(input.byte()?.into()),
            b'M' => Object::Integer(u16::from_le_bytes(input.array()?).into()),
            b'I' => match input.line()?.as_str() {
                "00" => Object::Truth(false),
                "01" => Object::Truth(true),
                digits => digits.parse().map_or(Object::Other, Object::Integer),
            },
            b'L' => {
                let line = input.line()?;
                line.trim_end_matches('L').parse::<i128>().map_or(Object::Other, of_integer)
            }
            0x8a => {
                let length = input.byte()?;
                of_bytes(input.bytes(length.into())?)
            }
            _ => {
                let length = u32::from_le_bytes(input.array()?);
                of_bytes(input.bytes(length.into())?)
            }
        };
        self.push(object)
    }

    fn string(&mut self, opcode: u8, input: &mut Input<'_>) -> Result<(), Stopped> {
        let is_text = matches!(opcode, b'S' | b'T' | b'U' | b'V' | b'X' | 0x8c | 0x8d);
        let text = match opcode {
            // Texts of one line, the older kind in quotes. Names of tensors have no escapes.
            b'V' => input.line()?,
            b'S' => {
                let line = input.line()?;
                line.get(1..line.len().saturating_sub(1)).unwrap_or_default().to_owned()
            }
            b'U' | 0x8c | b'C' => {
                let length = input.byte()?.into();
                if is_text { input.text(length)? } else { input.bytes(length).map(|_| String::new())? }
            }
            b'T' | b'X' | b'B' => {
                let length = u32::from_le_bytes(input.array()?).into();
                if is_text { input.text(length)? } else { input.bytes(length).map(|_| String::new())? }
            }
            _ => {
                let length = u64::from_le_bytes(input.array()?);
                if is_text { input.text(length)? } else { input.bytes(length).map(|_| String::new())? }
            }
        };
        self.push(if is_text { Object::Text(text) } else { Object::Other })
    }

    fn container(&mut self, opcode: u8) -> Result<(), Stopped> {
        let object = match opcode {
            b']' | b')' => Object::Sequence(Vec::new()),
            b'l' | b't' => Object::Sequence(self.pop_mark()?),
            0x85..=0x87 => {
                let mut elements = Vec::new();
                for _ in 0..opcode - 0x84 {
                    elements.push(self.pop()?);
                }
                elements.reverse();
                Object::Sequence(elements)
            }
            b'}' => Object::Dictionary(Vec::new()),
            b'd' => Object::Dictionary(pairs(&self.pop_mark()?)?),
            0x8f => Object::Other,
            _ => {
                self.pop_mark()?;
                Object::Other
            }
        };
        self.push(object)
    }

    /// Puts what is above into the container that is below.
    fn fill(&mut self, opcode: u8) -> Result<(), Stopped> {
        let given = match opcode {
            b'a' => vec![self.pop()?],
            b's' => {
                let value = self.pop()?;
                vec![self.pop()?, value]
            }
            _ => self.pop_mark()?,
        };
        let container = self.top()?;
        match (self.heap.get_mut(container), opcode) {
            (Object::Sequence(elements), b'a' | b'e') => elements.extend(given),
            (Object::Dictionary(entries), b's' | b'u') => entries.extend(pairs(&given)?),
            // A set, or something else whose content is of no use here.
            (Object::Other, _) => {}
            _ => return Err(corrupt("its pickle fills something that is no container of that kind")),
        }
        Ok(())
    }

    fn remember(&mut self, opcode: u8, input: &mut Input<'_>) -> Result<(), Stopped> {
        let of_line = |line: String| line.parse().map_err(|_| corrupt("a place of its pickle's memory is no number"));
        let at = match opcode {
            b'p' | b'g' => of_line(input.line()?)?,
            b'q' | b'h' => input.byte()?.into(),
            b'r' | b'j' => u32::from_le_bytes(input.array()?),
            _ => u32::try_from(self.memo.len()).unwrap_or(u32::MAX),
        };
        self.heap.count(1)?;
        if matches!(opcode, b'g' | b'h' | b'j') {
            let id =
                self.memo.get(&at).ok_or_else(|| corrupt(format!("its pickle recalls {at}, which it did not keep")))?;
            self.stack.push(*id);
        } else {
            let top = self.top()?;
            self.memo.insert(at, top);
        }
        Ok(())
    }

    fn global_of_the_stack(&mut self) -> Result<(), Stopped> {
        let (name, module) = (self.pop()?, self.pop()?);
        match (self.heap.text(module).map(str::to_owned), self.heap.text(name).map(str::to_owned)) {
            (Some(module), Some(name)) => self.global(&module, &name),
            _ => Err(corrupt("its pickle names something by what is no text")),
        }
    }

    fn global(&mut self, module: &str, name: &str) -> Result<(), Stopped> {
        match globals::find(module, name) {
            Some(global) => self.push(Object::Global(global)),
            None => Err(Stopped::Refused(format!("a pickled `{}`", shown(&format!("{module}.{name}"))))),
        }
    }
}

fn pairs(flat: &[Id]) -> Result<Vec<(Id, Id)>, Stopped> {
    match flat.as_chunks::<2>() {
        (pairs, []) => Ok(pairs.iter().map(|&[key, value]| (key, value)).collect()),
        _ => Err(corrupt("its pickle fills a dictionary with a key that has no value")),
    }
}

/// An integer from its bytes in two's complement, the lowest first.
fn of_bytes(bytes: Vec<u8>) -> Object {
    match bytes.len() {
        0..=8 => {
            let sign = if bytes.last().is_some_and(|high| high & 0x80 != 0) { 0xff } else { 0 };
            let mut whole = [sign; 8];
            whole[..bytes.len()].copy_from_slice(&bytes);
            Object::Integer(i64::from_le_bytes(whole))
        }
        // Long enough for what marks PyTorch's files; longer ones are nobody's.
        9..=16 => Object::Long(bytes),
        _ => Object::Other,
    }
}

fn of_integer(integer: i128) -> Object {
    i64::try_from(integer).map_or_else(|_| Object::Long(integer.to_le_bytes().to_vec()), Object::Integer)
}

/// What is not read of the language, for people.
fn refused_opcode(opcode: u8) -> String {
    match opcode {
        b'i' | b'o' | 0x92 => "a pickled object of a class".to_owned(),
        0x82..=0x84 => "a pickled object of a registered class".to_owned(),
        b'P' => "a pickle that refers to something outside by a text".to_owned(),
        other => format!("a pickle with the opcode {other:#04x}"),
    }
}
