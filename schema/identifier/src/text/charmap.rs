/// Immutable table from a character to its replacement, read from an embedded tab-separated file.
pub(crate) struct CharMap(Vec<(char, &'static str)>);

impl CharMap {
    /// Reads `code point in hex<TAB>replacement` lines; `#` starts a comment.
    pub(crate) fn by_code_point(table: &'static str) -> Self {
        Self::read(table, |key| {
            u32::from_str_radix(key, 16).ok().and_then(char::from_u32)
        })
    }

    /// Reads `character<TAB>replacement` lines; `#` starts a comment.
    pub(crate) fn by_character(table: &'static str) -> Self {
        Self::read(table, |key| key.chars().next())
    }

    fn read(table: &'static str, key: impl Fn(&str) -> Option<char>) -> Self {
        let mut rows: Vec<_> = rows(table)
            .filter_map(|row| {
                let (name, value) = row.split_once('\t')?;
                Some((key(name)?, value))
            })
            .collect();
        rows.sort_unstable_by_key(|&(key, _)| key);
        rows.dedup_by_key(|&mut (key, _)| key);
        Self(rows)
    }

    /// The replacement of `c`, if it has one.
    pub(crate) fn lookup(&self, c: char) -> Option<&'static str> {
        let found = self.0.binary_search_by_key(&c, |&(key, _)| key).ok()?;
        self.0.get(found).map(|&(_, value)| value)
    }

    #[cfg(test)]
    pub(crate) fn iter(&self) -> impl Iterator<Item = (char, &'static str)> + '_ {
        self.0.iter().copied()
    }
}

/// The lines of an embedded table that are no comment and not empty.
pub(crate) fn rows(table: &'static str) -> impl Iterator<Item = &'static str> {
    table
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
}
