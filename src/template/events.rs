//! A template's text as a stream of YAML events. JSON is read the same way: to this reader it is YAML in flow style.
//!
//! Only this and relaxed.rs know the parser crate.

use super::relaxed::{self, Relaxed};
use super::{Location, Span};
use granit_parser::{Event as Parsed, Parser, ScalarStyle, Tag};
use std::borrow::Cow;

/// One step through a document.
#[derive(Debug)]
pub(super) enum Event<'a> {
    /// A document begins.
    Document,
    Scalar {
        text: Cow<'a, str>,
        /// Whether it is written without quotes, and so may be something else than text.
        plain: bool,
    },
    SequenceStart,
    SequenceEnd,
    MappingStart,
    MappingEnd,
    /// The node that has this anchor, once more.
    Alias(usize),
}

/// An event, what stands before its node, and where it stands.
#[derive(Debug)]
pub(super) struct Node<'a> {
    pub(super) event: Event<'a>,
    /// The anchor of the node; 0 for none.
    pub(super) anchor: usize,
    /// The tag in full: `!Ref`, `tag:yaml.org,2002:str`.
    pub(super) tag: Option<String>,
    pub(super) span: Span,
}

/// What keeps a text from being YAML.
#[derive(Debug)]
pub(super) struct SyntaxFault {
    pub(super) message: String,
    pub(super) span: Span,
}

/// The events of a text.
pub(super) struct Events<'a> {
    source: &'a Relaxed<'a>,
    parser: Parser<'a, granit_parser::StrInput<'a>>,
}

impl<'a> Events<'a> {
    pub(super) fn new(source: &'a Relaxed<'a>) -> Self {
        Self {
            source,
            parser: Parser::new_from_str_with_options(&source.text, relaxed::options()),
        }
    }

    /// The next event; none at the end.
    pub(super) fn next(&mut self) -> Option<Result<Node<'a>, SyntaxFault>> {
        loop {
            let (event, span) = match self.parser.next_event()? {
                Ok(found) => found,
                Err(error) => {
                    let at = *error.marker();
                    let from = at.byte_offset().unwrap_or_default();
                    return Some(Err(SyntaxFault {
                        message: error.info(),
                        span: self.source.place(Span {
                            start: Location {
                                line: at.line(),
                                column: at.col() + 1,
                            },
                            from,
                            to: from,
                        }),
                    }));
                }
            };
            // The parser tells a tag's place apart from its node's.
            let start = span.tag_start().unwrap_or(span.start);
            let place = self.source.place(Span {
                start: Location {
                    line: start.line(),
                    column: start.col() + 1,
                },
                from: start.byte_offset().unwrap_or_default(),
                to: span.end.byte_offset().unwrap_or_default(),
            });
            let (event, anchor, tag) = match event {
                Parsed::DocumentStart(..) => (Event::Document, 0, None),
                Parsed::Scalar(text, style, anchor, tag) => {
                    let absent = span.is_empty() && text == "~";
                    let plain = style == ScalarStyle::Plain;
                    // A tag without a value has an empty text; without a tag nothing is null.
                    let text = if absent && tag.is_some() {
                        Cow::Borrowed("")
                    } else {
                        text
                    };
                    (Event::Scalar { text, plain }, anchor, tag)
                }
                Parsed::SequenceStart(_, anchor, tag) => (Event::SequenceStart, anchor, tag),
                Parsed::SequenceEnd => (Event::SequenceEnd, 0, None),
                Parsed::MappingStart(_, anchor, tag) => (Event::MappingStart, anchor, tag),
                Parsed::MappingEnd => (Event::MappingEnd, 0, None),
                Parsed::Alias(anchor) => (Event::Alias(anchor), 0, None),
                _ => continue,
            };
            return Some(Ok(Node {
                event,
                anchor,
                tag: tag.map(|tag: Cow<'_, Tag>| format!("{}{}", tag.handle(), tag.suffix())),
                span: place,
            }));
        }
    }
}
