//! What a mode as `chmod` takes it does to each bit (POSIX, `chmod`; GNU coreutils, "File permissions").

/// Bits with which others than the owner and the group may write.
pub(super) const OTHERS_WRITE: u16 = 0o0002;
/// With which a program runs as the owner of its file.
pub(super) const SET_USER_ID: u16 = 0o4000;
/// With which only its owner may delete what lies in a directory.
pub(super) const STICKY: u16 = 0o1000;
const WRITE: u16 = 0o0222;
const ALL: u16 = 0o7777;

/// What `umask` is where an image is built: a mode for nobody in particular leaves these bits alone.
const UMASK: u16 = 0o0022;

/// The bits that a mode decides. What is in none of the masks stays as it was.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Mode {
    set: u16,
    cleared: u16,
    /// What depends on the file: `X`, and the bits of somebody else, as in `g=u`.
    open: u16,
}

impl Mode {
    /// Reads `0755`, `u+x,g=rw` and the like. `None` where it is neither.
    pub fn parse(text: &str) -> Option<Self> {
        if text.bytes().all(|b| b.is_ascii_digit()) {
            let bits = Some(text).filter(|text| text.len() <= 5).and_then(|text| u16::from_str_radix(text, 8).ok())?;
            return (bits <= ALL).then_some(Self { set: bits, cleared: !bits & ALL, open: 0 });
        }
        let mut mode = Self::default();
        text.split(',').try_for_each(|clause| mode.clause(clause))?;
        Some(mode)
    }

    fn clause(&mut self, clause: &str) -> Option<()> {
        let actions = clause.find(['+', '-', '='])?;
        let (who, mut actions) = clause.split_at_checked(actions)?;
        let mut bits = 0;
        for letter in who.chars() {
            bits |= match letter {
                'u' => 0o4700,
                'g' => 0o2070,
                'o' => 0o0007,
                'a' => ALL,
                _ => return None,
            };
        }
        // The sticky bit belongs to nobody, so `o+t` sets it too.
        bits = if who.is_empty() { ALL & !UMASK } else { bits };
        while let Some(sign) = actions.chars().next() {
            let rest = actions.get(1..)?;
            let end = rest.find(['+', '-', '=']).unwrap_or(rest.len());
            let (what, further) = rest.split_at_checked(end)?;
            self.act(sign, bits, what)?;
            actions = further;
        }
        Some(())
    }

    fn act(&mut self, sign: char, mut who: u16, what: &str) -> Option<()> {
        let (mut bits, mut open) = (0, 0);
        if !what.is_empty() && what.bytes().all(|b| b.is_ascii_digit()) {
            bits = u16::from_str_radix(what, 8).ok().filter(|bits| *bits <= ALL)?;
            who = ALL;
        } else {
            for letter in what.chars() {
                match letter {
                    'r' => bits |= who & 0o0444,
                    'w' => bits |= who & WRITE,
                    'x' => bits |= who & 0o0111,
                    'X' => open |= who & 0o0111,
                    's' => bits |= who & 0o6000,
                    't' => bits |= STICKY,
                    'u' | 'g' | 'o' => open |= who & 0o0777,
                    _ => return None,
                }
            }
        }
        open &= !bits;
        match sign {
            '+' => self.decide(bits, 0, open),
            '-' => self.decide(0, bits, open),
            _ => self.decide(bits, who & !STICKY & !bits & !open, open),
        }
        Some(())
    }

    fn decide(&mut self, set: u16, cleared: u16, open: u16) {
        self.set = (self.set | set) & !cleared & !open;
        self.cleared = (self.cleared | cleared) & !set & !open;
        self.open = (self.open | open) & !set & !cleared;
    }

    /// Whether all these bits are set afterwards. `None` where that depends on the file.
    pub fn sets(self, bits: u16) -> Option<bool> {
        match (self.set & bits == bits, self.open & bits == 0) {
            (true, _) => Some(true),
            (false, true) => Some(false),
            (false, false) => None,
        }
    }

    /// Whether all these bits are gone afterwards.
    pub fn clears(self, bits: u16) -> bool {
        self.cleared & bits == bits
    }

    /// Whether the owner loses the right to write, and nobody is given it.
    pub fn stops_writing(self) -> bool {
        self.clears(0o0200) && self.set & WRITE == 0 && self.open & WRITE == 0
    }

    /// The mode in octal, with leading zeros; `None` where it depends on the one before.
    pub fn octal(self) -> Option<String> {
        ((self.set | self.cleared) & 0o0777 == 0o0777).then(|| format!("{:04o}", self.set))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn octal(text: &str) -> Option<String> {
        Mode::parse(text).and_then(Mode::octal)
    }

    #[test]
    fn octal_and_complete_symbolic_modes_come_to_four_digits() {
        for (text, expected) in [
            ("755", "0755"),
            ("0644", "0644"),
            ("1777", "1777"),
            ("00755", "0755"),
            ("7", "0007"),
            ("u=rwx,go=rx", "0755"),
            ("a=rx,u+w", "0755"),
            ("u=rwxs,g=,o=", "4700"),
            ("a=rwxt", "1777"),
            ("=755", "0755"),
        ] {
            assert_eq!(octal(text).as_deref(), Some(expected), "{text}");
        }
        for text in ["+x", "u+rwx", "go-w", "a=rX", "g=u", "=rwx"] {
            assert_eq!(octal(text), None, "{text}");
        }
    }

    #[test]
    fn what_is_no_mode_gives_none() {
        for text in ["", "9", "77777", "100000", "u", "rwx", "z+x", "u+q", "u+x,", "u+x,,g+x", "${MODE}", "+99"] {
            assert_eq!(Mode::parse(text), None, "{text}");
        }
    }

    #[test]
    fn each_sign_acts_on_those_it_names() {
        let mode = |text: &str| Mode::parse(text).unwrap_or_default();
        assert_eq!(mode("o+w").sets(OTHERS_WRITE), Some(true));
        assert_eq!(mode("a+rw-x").sets(OTHERS_WRITE), Some(true));
        assert_eq!(mode("ug+w").sets(OTHERS_WRITE), Some(false));
        assert_eq!(mode("o=u").sets(OTHERS_WRITE), None);
        assert!(mode("o-w").clears(OTHERS_WRITE));
        assert!(mode("o=r").clears(OTHERS_WRITE));
        assert!(!mode("g-w").clears(OTHERS_WRITE));
        assert_eq!(mode("a+w,o-w").sets(OTHERS_WRITE), Some(false));
        assert_eq!(mode("u+s").sets(SET_USER_ID), Some(true));
        assert_eq!(mode("+s").sets(SET_USER_ID), Some(true));
        assert_eq!(mode("g+s").sets(SET_USER_ID), Some(false));
        assert_eq!(mode("2775").sets(SET_USER_ID), Some(false));
        assert_eq!(mode("+t").sets(STICKY), Some(true));
    }

    #[test]
    fn a_mode_for_nobody_in_particular_heeds_the_umask() {
        let mode = |text: &str| Mode::parse(text).unwrap_or_default();
        assert_eq!(mode("+w").sets(OTHERS_WRITE), Some(false));
        assert!(!mode("-w").clears(OTHERS_WRITE));
        assert!(mode("-w").stops_writing());
    }

    #[test]
    fn a_mode_stops_writing_where_nobody_is_left_to_write() {
        let stops = |text: &str| Mode::parse(text).unwrap_or_default().stops_writing();
        for text in ["555", "0444", "a-w", "a=rX", "u-w", "ugo-w,a+x", "4555"] {
            assert!(stops(text), "{text}");
        }
        for text in ["755", "575", "557", "+x", "go-w", "u-w,g+w", "a-w,u+w", "u=g"] {
            assert!(!stops(text), "{text}");
        }
    }
}
