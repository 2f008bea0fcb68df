use lianfang_digest::{Bloom, ListId, SizeClass};

/// Lists of one index at most.
const MAX_LISTS: usize = 4_095;

/// Why an index can't be built.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum IndexError {
    #[error("an index holds at most 4,095 lists")]
    TooManyLists,
    #[error("the bases of one index share the seed of one federation")]
    MixedSeeds,
}

/// Names a list inside one index; [`Index::list`] says which.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ListHandle(u16);

impl ListHandle {
    /// Place of the list among the sources that the index was built from.
    pub fn position(self) -> usize {
        self.0.into()
    }
}

/// What an index is built from: a list and its checked base.
#[derive(Debug, Clone)]
pub struct Source<'a> {
    pub list: ListId,
    pub base: Bloom<'a>,
}

/// Answers, for one token, which lists may hold it.
#[derive(Debug, Clone, Default)]
pub struct Index {
    lists: Vec<ListId>,
    bases: Vec<(SizeClass, Vec<u8>)>,
    seed: Option<lianfang_digest::Seed>,
}

impl Index {
    /// Builds the index over `sources`.
    ///
    /// # Errors
    /// [`IndexError`] when there are too many lists or two federations among them.
    pub fn build(sources: &[Source<'_>]) -> Result<Self, IndexError> {
        if sources.len() > MAX_LISTS {
            return Err(IndexError::TooManyLists);
        }
        let seed = sources.first().map(|source| *source.base.seed());
        let same = |source: &Source<'_>| {
            Some(source.base.seed().as_bytes()) == seed.as_ref().map(|seed| seed.as_bytes())
        };
        if !sources.iter().all(same) {
            return Err(IndexError::MixedSeeds);
        }
        Ok(Self {
            lists: sources.iter().map(|source| source.list.clone()).collect(),
            bases: sources
                .iter()
                .map(|source| (source.base.class(), source.base.bits().to_vec()))
                .collect(),
            seed,
        })
    }

    /// The lists that may hold `token`, ascending.
    pub fn lookup(&self, token: &[u8; 32]) -> Vec<ListHandle> {
        let Some(probe) = self.seed.as_ref().map(|seed| seed.probe(token)) else {
            return Vec::new();
        };
        let holds = |(class, bits): &(SizeClass, Vec<u8>)| {
            probe
                .positions(&(*class).into())
                .into_iter()
                .all(|at| bits[at as usize / 8] >> (at % 8) & 1 == 1)
        };
        let hits = self.bases.iter().enumerate().filter(|(_, base)| holds(base));
        hits.map(|(position, _)| ListHandle(position as u16)).collect()
    }

    /// Calls `hit` with the token's place in `tokens` and each list that may hold it, in order of both.
    pub fn lookup_batch(&self, tokens: &[[u8; 32]], mut hit: impl FnMut(usize, ListHandle)) {
        for (place, token) in tokens.iter().enumerate() {
            self.lookup(token).into_iter().for_each(|list| hit(place, list));
        }
    }

    /// The list that a handle of this index names.
    pub fn list(&self, handle: ListHandle) -> Option<&ListId> {
        self.lists.get(handle.position())
    }

    /// Every list, in the order of the handles.
    pub fn lists(&self) -> &[ListId] {
        &self.lists
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lianfang_digest::{BaseBuilder, Seed, SubjectType};
    use lianfang_encoding::{FederationId, sha256};

    fn token(text: &str) -> [u8; 32] {
        sha256(text.as_bytes())
    }

    fn body(total: u32, tokens: &[[u8; 32]], seed: &Seed) -> Vec<u8> {
        let mut builder = BaseBuilder::new(SizeClass::of_total(total).unwrap(), seed).unwrap();
        tokens.iter().for_each(|token| builder.insert(token));
        builder.finish()
    }

    fn list(publisher: &str) -> ListId {
        ListId {
            publisher: publisher.parse().unwrap(),
            audience: "all".parse().unwrap(),
            subject_type: SubjectType::Seller,
            epoch: 1,
        }
    }

    fn source<'a>(publisher: &str, total: u32, body: &'a [u8], seed: &Seed) -> Source<'a> {
        let base = Bloom::parse(body, SizeClass::of_total(total).unwrap(), seed).unwrap();
        Source {
            list: list(publisher),
            base,
        }
    }

    #[test]
    fn a_token_is_found_in_exactly_the_lists_that_hold_it() {
        let seed = Seed::of(&FederationId([1; 16])).unwrap();
        let (shared, alone) = (token("shared"), token("alone"));
        let bodies = [
            body(10, &[shared], &seed),
            body(20_480, &[shared, alone], &seed),
            body(10, &[], &seed),
        ];
        let sources = [
            source("a", 10, &bodies[0], &seed),
            source("b", 20_480, &bodies[1], &seed),
            source("c", 10, &bodies[2], &seed),
        ];
        let index = Index::build(&sources).unwrap();
        let names = |token| {
            let found = index
                .lookup(token)
                .into_iter()
                .map(|handle| index.list(handle).unwrap());
            found.map(|list| list.publisher.to_string()).collect::<Vec<_>>()
        };
        assert_eq!(names(&shared), ["a", "b"]);
        assert_eq!(names(&alone), ["b"]);
        assert!(names(&token("stranger")).is_empty());
        let mut hits = Vec::new();
        index.lookup_batch(&[token("stranger"), shared, alone], |place, list| {
            hits.push((place, list.position()))
        });
        assert_eq!(hits, [(1, 0), (1, 1), (2, 1)]);
    }

    #[test]
    fn an_empty_index_finds_nothing() {
        assert!(Index::build(&[]).unwrap().lookup(&token("any")).is_empty());
    }

    #[test]
    fn two_federations_do_not_mix() {
        let seeds = [1, 2].map(|byte| Seed::of(&FederationId([byte; 16])).unwrap());
        let bodies = [body(10, &[], &seeds[0]), body(10, &[], &seeds[1])];
        let sources = [
            source("a", 10, &bodies[0], &seeds[0]),
            source("b", 10, &bodies[1], &seeds[1]),
        ];
        assert_eq!(Index::build(&sources).err(), Some(IndexError::MixedSeeds));
    }
}
