//! The few Python literals that a header is made of.

/// A value in the dictionary.
#[derive(Debug, PartialEq)]
pub(crate) enum Literal<'a> {
    /// A string without escapes.
    Text(&'a str),
    /// `True` or `False`.
    Truth(bool),
    /// A tuple of integers.
    Tuple(Vec<usize>),
    /// A list, as it is written.
    List(&'a str),
}

/// Reads literals from the beginning of a text; errors say what is wrong.
pub(crate) struct Scanner<'a> {
    rest: &'a str,
}

impl<'a> Scanner<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        Scanner { rest: text }
    }

    /// A dictionary with strings as keys, and nothing but white space after it.
    pub(crate) fn dictionary(mut self) -> Result<Vec<(&'a str, Literal<'a>)>, String> {
        self.expect('{')?;
        let mut entries = Vec::new();
        while !self.skip('}') {
            let key = self.text()?;
            self.expect(':')?;
            entries.push((key, self.literal()?));
            if !self.skip(',') {
                self.expect('}')?;
                break;
            }
        }
        match self.peek() {
            None => Ok(entries),
            Some(_) => Err(self.unexpected("the end of the header")),
        }
    }

    fn literal(&mut self) -> Result<Literal<'a>, String> {
        match self.peek() {
            Some('\'' | '"') => self.text().map(Literal::Text),
            Some('(') => self.tuple().map(Literal::Tuple),
            Some('[') => self.list().map(Literal::List),
            _ if self.skip_word("True") => Ok(Literal::Truth(true)),
            _ if self.skip_word("False") => Ok(Literal::Truth(false)),
            _ => Err(self.unexpected("a string, a truth value, a tuple or a list")),
        }
    }

    fn text(&mut self) -> Result<&'a str, String> {
        let Some(quote @ ('\'' | '"')) = self.peek() else {
            return Err(self.unexpected("a string"));
        };
        let (text, rest) = self.rest[1..].split_once(quote).ok_or("a string in it does not end")?;
        if text.contains('\\') {
            return Err(format!("the string {text:?} in it has an escape"));
        }
        self.rest = rest;
        Ok(text)
    }

    fn tuple(&mut self) -> Result<Vec<usize>, String> {
        self.expect('(')?;
        let mut dimensions = Vec::new();
        while !self.skip(')') {
            dimensions.push(self.integer()?);
            if self.skip(',') {
                continue;
            }
            // In Python `(3)` is a number; only `(3,)` is a tuple.
            if dimensions.len() == 1 {
                return Err(self.unexpected("a comma"));
            }
            self.expect(')')?;
            break;
        }
        Ok(dimensions)
    }

    fn integer(&mut self) -> Result<usize, String> {
        self.peek();
        let end = self.rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(self.rest.len());
        let (digits, rest) = self.rest.split_at(end);
        if digits.is_empty() {
            return Err(self.unexpected("a dimension"));
        }
        self.rest = rest;
        digits.parse().map_err(|_| format!("the dimension {digits} is too large"))
    }

    /// A list up to its own bracket, brackets within strings not counted.
    fn list(&mut self) -> Result<&'a str, String> {
        let (mut depth, mut quote) = (0_usize, None);
        for (at, c) in self.rest.char_indices() {
            match (quote, c) {
                (Some(open), _) if c == open => quote = None,
                (Some(_), _) => {}
                (None, '\'' | '"') => quote = Some(c),
                (None, '[') => depth += 1,
                (None, ']') => {
                    depth -= 1;
                    if depth == 0 {
                        let (list, rest) = self.rest.split_at(at + 1);
                        self.rest = rest;
                        return Ok(list);
                    }
                }
                (None, _) => {}
            }
        }
        Err("a list in it does not end".to_owned())
    }

    /// The next character that is not white space.
    fn peek(&mut self) -> Option<char> {
        self.rest = self.rest.trim_ascii_start();
        self.rest.chars().next()
    }

    fn skip(&mut self, c: char) -> bool {
        let found = self.peek() == Some(c);
        if found {
            self.rest = &self.rest[c.len_utf8()..];
        }
        found
    }

    fn skip_word(&mut self, word: &str) -> bool {
        match self.rest.strip_prefix(word) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn expect(&mut self, c: char) -> Result<(), String> {
        if self.skip(c) { Ok(()) } else { Err(self.unexpected(&format!("`{c}`"))) }
    }

    fn unexpected(&self, wanted: &str) -> String {
        match self.rest.chars().next() {
            Some(found) => format!("{found:?} stands where {wanted} should"),
            None => format!("it ends where {wanted} should be"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Literal, Scanner};

    #[test]
    fn what_numpy_writes_is_understood() {
        let entries = Scanner::new("{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }   \n").dictionary();
        let expected = [
            ("descr", Literal::Text("<f4")),
            ("fortran_order", Literal::Truth(false)),
            ("shape", Literal::Tuple(vec![3, 4])),
        ];
        assert_eq!(entries, Ok(Vec::from(expected)));
    }

    #[test]
    fn tuples_are_python_tuples() {
        let tuple = |text| Scanner::new(text).tuple();
        assert_eq!(tuple("()"), Ok(vec![]));
        assert_eq!(tuple("( 7 , )"), Ok(vec![7]));
        assert_eq!(tuple("(1,2,3)"), Ok(vec![1, 2, 3]));
        for wrong in ["(7)", "(,)", "(1,,2)", "(-1,)", "(1 2)", "(1,", "(99999999999999999999999,)"] {
            assert!(tuple(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_list_ends_at_its_own_bracket() {
        let list = "[('a]', '<f4'), ('b', [('c', '<i8')])]";
        let text = format!("{{'descr': {list}}}");
        assert_eq!(Scanner::new(&text).dictionary(), Ok(vec![("descr", Literal::List(list))]));
        assert!(Scanner::new("{'descr': [[]}").dictionary().is_err());
    }
}
