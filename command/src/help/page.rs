//! The blocks that a page consists of.

/// How a part of a text looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    Plain,
    Bold,
    Italic,
}

/// A word: parts without a blank between them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Word(pub(super) Vec<(Style, String)>);

/// Words that are filled into lines.
pub(super) type Text = Vec<Word>;

/// Makes words of plain text.
pub(super) fn plain(text: &str) -> Text {
    styled(Style::Plain, text)
}

/// Makes words of one style.
pub(super) fn styled(style: Style, text: &str) -> Text {
    text.split_whitespace()
        .map(|word| Word(vec![(style, word.to_owned())]))
        .collect()
}

/// A block of a page.
#[derive(Debug)]
pub(super) struct Block {
    pub(super) kind: BlockKind,
    /// How deep it is indented, in steps.
    pub(super) depth: usize,
    /// Whether no empty line precedes it.
    pub(super) tight: bool,
}

#[derive(Debug)]
pub(super) enum BlockKind {
    Section(String),
    Paragraph(Text),
    Bullet(Text),
    /// Lines as they are.
    Literal(Vec<String>),
}

/// A page.
#[derive(Debug)]
pub(crate) struct Page {
    /// The text of its header and footer.
    pub(super) title: String,
    pub(super) blocks: Vec<Block>,
}

impl Page {
    /// An empty page about `name`.
    pub(super) fn new(name: &str) -> Self {
        Page {
            title: format!("{}()", name.to_uppercase()),
            blocks: Vec::new(),
        }
    }

    /// Begins a section; the block after its title follows without an empty line.
    pub(super) fn section(&mut self, title: &str) {
        self.blocks.push(Block {
            kind: BlockKind::Section(title.to_owned()),
            depth: 0,
            tight: false,
        });
    }

    fn push(&mut self, kind: BlockKind, depth: usize) {
        let tight = matches!(
            self.blocks.last(),
            Some(Block {
                kind: BlockKind::Section(_),
                ..
            })
        );
        self.blocks.push(Block { kind, depth, tight });
    }

    /// A paragraph of plain text.
    pub(super) fn paragraph(&mut self, depth: usize, text: &str) {
        self.text(depth, plain(text));
    }

    /// A paragraph.
    pub(super) fn text(&mut self, depth: usize, text: Text) {
        self.push(BlockKind::Paragraph(text), depth);
    }

    /// A paragraph with a mark before it.
    pub(super) fn bullet(&mut self, depth: usize, text: Text) {
        self.push(BlockKind::Bullet(text), depth);
    }

    /// Lines as they are.
    pub(super) fn literal(&mut self, depth: usize, text: &str) {
        self.push(
            BlockKind::Literal(text.lines().map(str::to_owned).collect()),
            depth,
        );
    }

    /// The next block follows without an empty line: adds what `add` adds, and takes the line
    /// before its first block away.
    pub(super) fn tightly(&mut self, add: impl FnOnce(&mut Self)) {
        let before = self.blocks.len();
        add(self);
        if let Some(block) = self.blocks.get_mut(before) {
            block.tight = true;
        }
    }
}
