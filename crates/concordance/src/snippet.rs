//! Which places of a text to show for a query, and where to cut.
//!
//! In come a text, its words, the matches of a query in it and the words to mark; out come fragments. Nothing here
//! decides what matches or how a fragment is printed.

use std::ops::Range;

use crate::{Fragment, Words};

/// One match of one clause of a query, in word positions of one text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Match {
    /// The number of the clause: a place that shows two different clauses is better than one that shows one twice.
    pub clause: u32,
    /// The positions from its first word to behind its last.
    pub words: Range<u32>,
}

/// How much to show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SnippetOptions {
    /// At most this many fragments.
    pub fragments: usize,
    /// About this many words on each side of what matched.
    pub context: usize,
}

impl Default for SnippetOptions {
    /// One fragment with ten words on each side: two lines of a terminal.
    fn default() -> Self {
        SnippetOptions { fragments: 1, context: 10 }
    }
}

/// The fragments of `text` that show the most of a query, in text order.
///
/// 1. A *cluster* is a run of matches within twice the context; the best one shows the most different clauses, then
///    clauses not shown by an earlier fragment, then the most matches, then stands first.
/// 2. It is widened to the left as far as its sentence begins, else by the context; to the right by the context and what
///    the left did not need, back to the end of a sentence where one is near.
/// 3. The next cluster is looked for among the matches not shown yet.
///
/// `marks` are the positions to highlight, each range as one highlight: a phrase is one, the two words of a window are
/// two. They may overlap and come in any order. A match longer than a fragment (`a NEAR/500 b`) is shown by the marks in
/// it. Positions past the text's last word are ignored.
///
/// ```
/// use concordance::{Match, SnippetOptions, Words, snippet};
/// let text = "More follows. The big bad wolf of the market was not there. Police said so again today.";
/// let words = Words::of(&analysis::Analyzer::new(&Default::default())?, text);
/// let phrase = Match { clause: 0, words: 3..6 };
/// let options = SnippetOptions { fragments: 1, context: 5 };
/// let found = snippet(text, &words, &[phrase], &[3..6], &options);
/// assert_eq!(found[0].html(), "The <b>big bad wolf</b> of the market was not there.");
/// # Ok::<(), analysis::Error>(())
/// ```
pub fn snippet(
    text: &str,
    words: &Words,
    matches: &[Match],
    marks: &[Range<u32>],
    options: &SnippetOptions,
) -> Vec<Fragment> {
    let cutter = Cutter { text, words, context: options.context.min(MAX_CONTEXT) as u32 };
    let marks = joined_marks(marks, cutter.count());
    let mut matches = cutter.showable(matches, &marks);
    let mut regions: Vec<(Range<u32>, f64)> = Vec::new();
    let mut shown: Vec<u32> = Vec::new();
    while regions.len() < options.fragments {
        let Some(cluster) = cutter.best_cluster(&matches, &shown) else { break };
        let region = cutter.widen(&cluster.words, &marks);
        matches.retain(|found| {
            found.words.end <= region.start || region.end <= found.words.start || {
                shown.push(found.clause);
                false
            }
        });
        shown.sort_unstable();
        shown.dedup();
        regions.push((region, cluster.weight));
    }
    let mut fragments = Vec::with_capacity(regions.len());
    for (region, weight) in cutter.merged(regions) {
        fragments.push(cutter.cut(region, &marks, weight));
    }
    fragments
}

/// The beginning of `text`, at most about `count` words, nothing marked: what to show of a document whose text holds no
/// match (`NOT x`, a filter). `None` where the text has no word.
pub fn lead(text: &str, words: &Words, count: usize) -> Option<Fragment> {
    let cutter = Cutter { text, words, context: count.min(MAX_CONTEXT) as u32 };
    let end = cutter.right(0, cutter.context.max(1));
    (!words.is_empty()).then(|| cutter.cut(0..end, &[], 0.0))
}

/// Most words of context on one side: far more than anyone reads, little enough that sums cannot overflow.
const MAX_CONTEXT: usize = 1 << 20;

/// Most bytes of context per word of it. Text without blanks (tables, encoded data) must not make a fragment of pages.
const BYTES_A_WORD: usize = 40;

/// Most bytes of punctuation kept beside the outermost words.
const MAX_PUNCTUATION: usize = 12;

/// Most words that hang together (`al-Jolani`, `10:30`) kept whole at an edge.
const JOINTS: usize = 3;

/// What a clause already shown by an earlier fragment is worth, a new one being worth 1.
const SHOWN_BEFORE: f64 = 0.25;

/// What each further match of a clause in the same place is worth.
const AGAIN: f64 = 1.0 / 1024.0;

struct Cutter<'a> {
    text: &'a str,
    words: &'a Words,
    context: u32,
}

struct Cluster {
    words: Range<u32>,
    weight: f64,
}

impl Cutter<'_> {
    fn count(&self) -> u32 {
        u32::try_from(self.words.len()).unwrap_or(u32::MAX)
    }

    /// Most words from the first to the last match of a cluster.
    fn reach(&self) -> u32 {
        2 * self.context
    }

    /// The matches within the text, by place; those too long to be shown whole are replaced by the marks in them.
    fn showable(&self, matches: &[Match], marks: &[Range<u32>]) -> Vec<Match> {
        let mut showable = Vec::with_capacity(matches.len());
        for found in matches {
            let Range { start, end } = found.words;
            if end <= start || self.count() < end {
                continue;
            }
            if self.fits(found.words.clone()) {
                showable.push(found.clone());
                continue;
            }
            let first = marks.partition_point(|mark| mark.end <= start);
            let inside = marks[first..].iter().take_while(|mark| mark.start < end);
            showable.extend(inside.map(|mark| Match { clause: found.clause, words: mark.clone() }));
        }
        showable.sort_by_key(|found| (found.words.start, found.words.end, found.clause));
        showable.dedup();
        showable
    }

    /// Whether a fragment may hold all these words. A phrase may even where there is no context.
    fn fits(&self, words: Range<u32>) -> bool {
        let most = self.reach().max(16);
        words.end - words.start <= most
            && self.bytes_of(words.start, words.end) <= most as usize * BYTES_A_WORD
    }

    /// The run of matches that shows the most; the first of equals.
    fn best_cluster(&self, matches: &[Match], shown: &[u32]) -> Option<Cluster> {
        let mut best: Option<Cluster> = None;
        let mut clauses: Vec<u32> = Vec::new();
        for (index, first) in matches.iter().enumerate() {
            let limit = first.words.end.max(first.words.start + self.reach());
            clauses.clear();
            let mut weight = 0.0;
            let mut end = first.words.end;
            for found in matches[index..].iter().take_while(|found| found.words.start < limit) {
                if limit < found.words.end
                    || first.words.end < found.words.end
                        && !self.fits(first.words.start..found.words.end)
                {
                    continue;
                }
                end = end.max(found.words.end);
                weight += if clauses.contains(&found.clause) {
                    AGAIN
                } else if shown.binary_search(&found.clause).is_ok() {
                    SHOWN_BEFORE
                } else {
                    1.0
                };
                clauses.push(found.clause);
            }
            if best.as_ref().is_none_or(|best| best.weight < weight) {
                best = Some(Cluster { words: first.words.start..end, weight });
            }
        }
        best
    }

    /// The words to show around a cluster.
    fn widen(&self, cluster: &Range<u32>, marks: &[Range<u32>]) -> Range<u32> {
        let start = self.left(cluster.start, self.context);
        let spare = self.context - (cluster.start - start).min(self.context);
        let budget = self.context + spare;
        let mut region = start..self.right(cluster.end, budget);
        if region.end == self.count() {
            let unused = budget - (region.end - cluster.end).min(budget);
            region.start = region.start.min(self.left(cluster.start, self.context + unused));
        }
        // A phrase that lies across an edge is shown whole: half a highlight would claim that half a phrase matched.
        for mark in marks.iter().filter(|mark| mark.end - mark.start <= self.reach()) {
            if mark.start < region.start && region.start < mark.end {
                region.start = mark.start;
            }
            if mark.start < region.end && region.end < mark.end {
                region.end = mark.end;
            }
        }
        region
    }

    /// Where to begin: the start of the sentence of word `first` if at most `budget` words before it, else that many.
    fn left(&self, first: u32, budget: u32) -> u32 {
        let mut start = first;
        while 0 < start
            && first - start < budget
            && !self.begins_sentence(start)
            && self.bytes_before(start - 1, first) <= budget as usize * BYTES_A_WORD
        {
            start -= 1;
        }
        // `al-Jolani` is two words: not to be cut between them.
        for _ in 0..JOINTS {
            if 0 < start && start < first && self.is_joint(start) {
                start -= 1;
            }
        }
        start
    }

    /// Behind which word to end: at most `budget` words behind `last`, at a sentence's end if one is in the second half.
    fn right(&self, last: u32, budget: u32) -> u32 {
        let mut end = last;
        let mut sentence = None;
        while end < self.count()
            && end - last < budget
            && self.bytes_behind(last, end + 1) <= budget as usize * BYTES_A_WORD
        {
            end += 1;
            if budget <= 2 * (end - last) && self.begins_sentence(end) {
                sentence = Some(end);
            }
        }
        if end == self.count() {
            return end;
        }
        if let Some(end) = sentence {
            return end;
        }
        for _ in 0..JOINTS {
            if last < end && self.is_joint(end) {
                end += 1;
            }
        }
        end
    }

    /// The bytes from the start of word `from` to the end of the word before `to`.
    fn bytes_of(&self, from: u32, to: u32) -> usize {
        self.words.bytes(from..to).map_or(0, |bytes| bytes.len())
    }

    /// The bytes from the start of word `from` to that of `to`.
    fn bytes_before(&self, from: u32, to: u32) -> usize {
        let start = |position| self.words.word(position).map_or(self.text.len(), |word| word.start);
        start(to).saturating_sub(start(from))
    }

    /// The bytes from the end of the word before `from` to the end of the one before `to`.
    fn bytes_behind(&self, from: u32, to: u32) -> usize {
        let end = |position: u32| {
            let last = position.checked_sub(1).and_then(|last| self.words.word(last));
            last.map_or(0, |word| word.end)
        };
        end(to).saturating_sub(end(from))
    }

    /// What stands between the word before `position` and that word: all of the text before the first, all behind the
    /// last.
    fn gap(&self, position: u32) -> &str {
        let before = position.checked_sub(1).and_then(|last| self.words.word(last));
        let start = before.map_or(0, |word| word.end);
        let end = self.words.word(position).map_or(self.text.len(), |word| word.start);
        self.text.get(start..end).unwrap_or_default()
    }

    /// Whether a sentence or paragraph begins with the word at `position`; so it does behind the last word.
    fn begins_sentence(&self, position: u32) -> bool {
        if position == 0 || self.count() <= position {
            return true;
        }
        let gap = self.gap(position);
        if gap.contains(['。', '！', '？', '।', '؟', '۔']) || gap.matches('\n').count() >= 2
        {
            return true;
        }
        let Some(end) = gap.find(['.', '!', '?', '…']) else { return false };
        let blank = gap[end..].contains(char::is_whitespace);
        let next = self.words.word(position).and_then(|word| self.text[word].chars().next());
        blank && next.is_some_and(|first| !first.is_lowercase())
    }

    /// Whether the word at `position` hangs on the one before it by a hyphen, slash or the like.
    fn is_joint(&self, position: u32) -> bool {
        let gap = self.gap(position);
        position < self.count()
            && (1..=3).contains(&gap.len())
            && !gap.contains(char::is_whitespace)
            && !self.begins_sentence(position)
    }

    /// Cuts the words of `region` out with the punctuation that belongs to them.
    fn cut(&self, region: Range<u32>, marks: &[Range<u32>], weight: f64) -> Fragment {
        let Some(bytes) = self.words.bytes(region.clone()) else {
            unreachable!("regions hold at least one word and end inside the text")
        };
        let start = bytes.start - self.opening(region.start);
        let end = bytes.end + self.closing(region.end);
        let from = marks.partition_point(|mark| mark.end <= region.start);
        let inside = marks[from..].iter().take_while(|mark| mark.start < region.end);
        let clipped = inside.map(|mark| mark.start.max(region.start)..mark.end.min(region.end));
        let marked = clipped.filter_map(|mark| self.words.bytes(mark));
        Fragment {
            start,
            text: self.text[start..end].to_owned(),
            marks: marked.map(|mark| mark.start - start..mark.end - start).collect(),
            cut_before: !self.begins_sentence(region.start),
            cut_after: !self.begins_sentence(region.end),
            weight,
        }
    }

    /// The length of what opens the word at `position`: a quotation mark, a bracket.
    fn opening(&self, position: u32) -> usize {
        let gap = self.gap(position);
        let run =
            gap.len() - gap.rfind(char::is_whitespace).map_or(0, |at| next_character(gap, at));
        let whole = run == gap.len() && 0 < position;
        if whole || MAX_PUNCTUATION < run { 0 } else { run }
    }

    /// The length of what closes the word before `position`: a full stop, a quotation mark.
    fn closing(&self, position: u32) -> usize {
        let gap = self.gap(position);
        let run = gap.find(char::is_whitespace).unwrap_or(gap.len());
        let whole = run == gap.len() && !self.begins_sentence(position);
        if whole || MAX_PUNCTUATION < run { 0 } else { run }
    }

    /// Regions by place, those that overlap or follow on one another made one.
    fn merged(&self, mut regions: Vec<(Range<u32>, f64)>) -> Vec<(Range<u32>, f64)> {
        regions.sort_by_key(|(region, _)| region.start);
        let mut merged: Vec<(Range<u32>, f64)> = Vec::with_capacity(regions.len());
        for (region, weight) in regions {
            match merged.last_mut() {
                Some((last, sum))
                    if region.start < last.end
                        || region.start == last.end && self.gap(last.end).len() <= BYTES_A_WORD =>
                {
                    last.end = last.end.max(region.end);
                    *sum += weight;
                }
                _ => merged.push((region, weight)),
            }
        }
        merged
    }
}

/// Where the character behind the one at `at` begins.
fn next_character(text: &str, at: usize) -> usize {
    at + text[at..].chars().next().map_or(0, char::len_utf8)
}

/// The marks within `count` words by place, those that share a word made one.
fn joined_marks(marks: &[Range<u32>], count: u32) -> Vec<Range<u32>> {
    let mut sorted: Vec<Range<u32>> =
        marks.iter().filter(|mark| mark.start < mark.end && mark.end <= count).cloned().collect();
    sorted.sort_unstable_by_key(|mark| (mark.start, mark.end));
    let mut joined: Vec<Range<u32>> = Vec::with_capacity(sorted.len());
    for mark in sorted {
        match joined.last_mut() {
            Some(last) if mark.start < last.end => last.end = last.end.max(mark.end),
            _ => joined.push(mark),
        }
    }
    joined
}

#[cfg(test)]
mod tests;
