//! `canaryform review`: one screen for each snapshot that differs, to accept it or not.

use std::env;
use std::io::{self, IsTerminal as _};
use std::path::PathBuf;
use std::process::Command;

use super::ExitCode;

use anstream::ColorChoice;
use clap::Args;
use console::{Key, Term, measure_text_width};

use super::Failure;
use super::files::printable;
use super::findings::Colors;
use super::help;
use super::output::write_stdout;
use super::snapshot::Told;
use super::snapshots::{self, End, Made, Meant, first_line, is_grave, lines, shown};
use super::template_options::TemplateOptions;

const AFTER_HELP: &str = "\
Without a terminal it writes what differs, and the command that accepts it.

Exit codes:
  0  nothing differs any more
  1  a template has errors
  2  the command could not run, or a snapshot's header cannot be read
  3  something differs still";

#[derive(Args)]
#[command(after_help = help::below(AFTER_HELP))]
pub(crate) struct Arguments {
    /// Names of snapshots, their files, templates, or folders [default: every snapshot below this folder]
    names: Vec<PathBuf>,

    #[command(flatten)]
    colors: Colors,
}

const KEYS: &str = "a accept  s skip  A accept the rest  d text  o open  q quit  ? help";

const HELP: &[&str] = &[
    "a         accept: the snapshot becomes what the template becomes now",
    "s         skip: it stays as it is",
    "A         accept this one and all that follow",
    "d         show the text, or what it means again",
    "o         open the template in $VISUAL or $EDITOR, at the line of the first change",
    "up, down  scroll by a line; so do k and j",
    "space     scroll by a screen; b goes back",
    "q         quit: what was accepted stays accepted",
    "",
    "A line that begins with ! says what to look at twice: accepting it asks once more.",
    "",
    "any key goes back",
];

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    let options = TemplateOptions::default();
    let found = snapshots::meant(&arguments.names, None, false, &options)?;
    let mut end = End::Equal;
    let mut differing = Vec::new();
    let mut told = Told::new(arguments.colors);
    for meant in found {
        let meant = match meant {
            Ok(meant) => meant,
            Err(missing) => {
                end = end.max(missing.tell());
                continue;
            }
        };
        match meant.make() {
            Err(missing) => end = end.max(missing.tell()),
            Ok(made) => match &made.text {
                None => {
                    end = end.max(End::HasErrors);
                    told.tell(&printable(&meant.path), made)?;
                }
                Some(text) if Some(text) != meant.old.as_ref() => differing.push((meant, made)),
                Some(_) => {}
            },
        }
    }
    if differing.is_empty() {
        if end == End::Equal {
            say("nothing differs\n")?;
        }
        return Ok(end.code());
    }
    let has_terminal = io::stdin().is_terminal() && io::stdout().is_terminal();
    let left = if has_terminal {
        let color = arguments.colors.on(&io::stdout()) != ColorChoice::Never;
        Review::new(color).all(differing)?
    } else {
        write_all(&differing)?;
        differing.len()
    };
    if left > 0 {
        end = end.max(End::Differs);
    }
    Ok(end.code())
}

fn say(words: &str) -> Result<(), Failure> {
    write_stdout(|out| out.write_all(words.as_bytes()))
}

/// What differs, for whoever has no terminal.
fn write_all(differing: &[(Meant, Made)]) -> Result<(), Failure> {
    for (meant, made) in differing {
        let name = printable(&meant.path);
        let (verb, shown) = match &meant.old {
            Some(_) => ("differs", shown(meant, made, false)),
            None => ("is not there yet", String::new()),
        };
        say(&format!(
            "~ {name} {verb}\n\n{shown}\naccept it with `canaryform snapshot {name} --accept`\n\n"
        ))?;
    }
    Ok(())
}

/// What became of a snapshot.
enum Done {
    Accepted,
    Skipped,
    AcceptedRest,
    Quit,
}

/// The screen, which shows again what stood there before when it goes.
struct Screen(Term);

impl Screen {
    fn open() -> io::Result<Self> {
        let term = Term::stdout();
        term.write_str("\u{1b}[?1049h\u{1b}[?25l")?;
        Ok(Self(term))
    }

    fn suspend(&self) -> io::Result<()> {
        self.0.write_str("\u{1b}[?25h\u{1b}[?1049l")
    }

    fn resume(&self) -> io::Result<()> {
        self.0.write_str("\u{1b}[?1049h\u{1b}[?25l")
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        // There is nobody to tell any more.
        let _ = self.suspend();
    }
}

struct Review {
    color: bool,
}

impl Review {
    fn new(color: bool) -> Self {
        Self { color }
    }

    /// Shows one after the other. Gives how many still differ.
    fn all(&self, differing: Vec<(Meant, Made)>) -> Result<usize, Failure> {
        let failed = |error: io::Error| Failure::io("cannot use the terminal", &error);
        let count = differing.len();
        let mut said = String::new();
        let mut left = 0;
        let mut accepts_rest = false;
        let mut has_quit = false;
        {
            let screen = Screen::open().map_err(failed)?;
            for (number, (meant, made)) in differing.into_iter().enumerate() {
                let name = printable(&meant.path);
                if has_quit {
                    left += 1;
                    continue;
                }
                let mut made = made;
                let done = if accepts_rest && !is_grave(&meant, &made) {
                    Done::Accepted
                } else {
                    let title = format!("{name} ({} of {count})", number + 1);
                    self.one(&screen, &title, &meant, &mut made)?
                };
                match (&done, &made.text) {
                    (Done::Accepted | Done::AcceptedRest, Some(text)) => {
                        meant.write(text)?;
                        said += &format!("~ {name} written\n");
                    }
                    _ => {
                        left += 1;
                        said += &format!("  {name} stays as it was\n");
                    }
                }
                accepts_rest |= matches!(done, Done::AcceptedRest);
                has_quit = matches!(done, Done::Quit);
            }
        }
        say(&said)?;
        Ok(left)
    }

    /// Shows one snapshot until a key says what becomes of it.
    fn one(
        &self,
        screen: &Screen,
        title: &str,
        meant: &Meant,
        made: &mut Made,
    ) -> Result<Done, Failure> {
        let failed = |error: io::Error| Failure::io("cannot use the terminal", &error);
        let term = &screen.0;
        let mut shows_text = false;
        let mut top = 0_usize;
        let mut question: Option<Key> = None;
        loop {
            let (height, width) = term.size();
            let (height, width) = (usize::from(height).max(4), usize::from(width).max(20));
            let body = self.body(meant, made, shows_text);
            let wrapped: Vec<String> = body.lines().flat_map(|line| wrap(line, width)).collect();
            let room = height - 3;
            top = top.min(wrapped.len().saturating_sub(room));
            let mut out = String::from("\u{1b}[H\u{1b}[2J");
            out += &self.styled("\u{1b}[1m", &fit(title, width));
            out += "\r\n";
            for line in wrapped.iter().skip(top).take(room) {
                out += line;
                out += "\r\n";
            }
            let below = wrapped.len().saturating_sub(top + room);
            let more = if below > 0 {
                format!("-- {below} more lines --")
            } else {
                String::new()
            };
            let foot = match &question {
                Some(_) => "there are lines that begin with !: accept all the same? y/N".to_owned(),
                None => KEYS.to_owned(),
            };
            out += &format!("\u{1b}[{};1H", height - 1);
            out += &self.styled("\u{1b}[2m", &fit(&more, width));
            out += &format!("\u{1b}[{height};1H");
            out += &self.styled("\u{1b}[7m", &fit(&foot, width));
            term.write_str(&out).map_err(failed)?;
            let key = match term.read_key_raw() {
                Ok(key) => key,
                // The terminal has gone.
                Err(_) => return Ok(Done::Quit),
            };
            if let Some(asked) = question.take() {
                if matches!(key, Key::Char('y' | 'Y')) {
                    return Ok(if asked == Key::Char('A') {
                        Done::AcceptedRest
                    } else {
                        Done::Accepted
                    });
                }
                if is_quit(&key) {
                    return Ok(Done::Quit);
                }
                continue;
            }
            match key {
                Key::Char('a' | 'A') if made.text.is_some() => {
                    if is_grave(meant, made) {
                        question = Some(key);
                    } else if key == Key::Char('A') {
                        return Ok(Done::AcceptedRest);
                    } else {
                        return Ok(Done::Accepted);
                    }
                }
                Key::Char('s') => return Ok(Done::Skipped),
                Key::Char('d') => {
                    shows_text = !shows_text;
                    top = 0;
                }
                Key::Char('o') => {
                    screen.suspend().map_err(failed)?;
                    open(meant, first_line(meant, made));
                    screen.resume().map_err(failed)?;
                    if let Ok(again) = meant.make() {
                        *made = again;
                        if made.text.is_some() && made.text == meant.old {
                            // Mended: it is what was accepted.
                            return Ok(Done::Accepted);
                        }
                    }
                    top = 0;
                }
                Key::Char('?') => {
                    let help = HELP.iter().map(|line| fit(line, width)).collect::<Vec<_>>();
                    let text = format!("\u{1b}[H\u{1b}[2J{}", help.join("\r\n"));
                    term.write_str(&text).map_err(failed)?;
                    let _ = term.read_key_raw();
                }
                Key::ArrowDown | Key::Char('j') | Key::Enter => top += 1,
                Key::ArrowUp | Key::Char('k') => top = top.saturating_sub(1),
                Key::PageDown | Key::Char(' ') => top += room,
                Key::PageUp | Key::Char('b') => top = top.saturating_sub(room),
                Key::Home => top = 0,
                Key::End => top = wrapped.len(),
                key if is_quit(&key) => return Ok(Done::Quit),
                _ => {}
            }
        }
    }

    /// What is shown of a snapshot.
    fn body(&self, meant: &Meant, made: &Made, shows_text: bool) -> String {
        let made_of = format!(
            "from {}, {}\n\n",
            printable(&meant.template()),
            meant.header.region
        );
        let Some(text) = &made.text else {
            let faults: Vec<String> = made
                .findings
                .iter()
                .filter(|found| found.is_error())
                .map(|found| printable(std::path::Path::new(&found.to_string())))
                .collect();
            return format!("{made_of}the template has errors:\n{}\n", faults.join("\n"));
        };
        if shows_text {
            let old = meant.old.as_deref().unwrap_or_default();
            let lines = lines(old, text);
            let lines = lines.lines().map(|line| {
                let line = printable(std::path::Path::new(line));
                match line.chars().next() {
                    Some('+') => self.styled("\u{1b}[32m", &line),
                    Some('-') => self.styled("\u{1b}[31m", &line),
                    _ => line,
                }
            });
            return made_of + &lines.collect::<Vec<_>>().join("\n");
        }
        made_of + &shown(meant, made, self.color)
    }

    fn styled(&self, style: &str, text: &str) -> String {
        if self.color && !text.is_empty() {
            format!("{style}{text}\u{1b}[0m")
        } else {
            text.to_owned()
        }
    }
}

/// Whether a key ends the review; Ctrl-C does.
fn is_quit(key: &Key) -> bool {
    matches!(
        key,
        Key::Char('q' | 'Q' | '\u{3}') | Key::CtrlC | Key::Escape
    )
}

/// Opens the template in the user's editor, and waits.
fn open(meant: &Meant, line: usize) {
    let editor = ["VISUAL", "EDITOR"]
        .iter()
        .find_map(|name| env::var(name).ok().filter(|editor| !editor.is_empty()))
        .unwrap_or_else(|| "vi".to_owned());
    // As git does it: the variable may hold arguments.
    let mut words = editor.split_whitespace();
    let Some(program) = words.next() else {
        return;
    };
    // An editor that cannot be started is no reason to lose the review.
    let _ = Command::new(program)
        .args(words)
        .arg(format!("+{line}"))
        .arg(meant.template())
        .status();
}

/// As much of a line as fits.
fn fit(text: &str, width: usize) -> String {
    console::truncate_str(text, width, "…").into_owned()
}

/// A line in as many as it takes, the later ones further in.
fn wrap(line: &str, width: usize) -> Vec<String> {
    if measure_text_width(line) <= width {
        return vec![line.to_owned()];
    }
    let indent = line.len() - line.trim_start().len();
    let further = " ".repeat((indent + 4).min(width / 2));
    let mut lines = Vec::new();
    let mut current = " ".repeat(indent.min(width / 2));
    let mut is_empty = true;
    for word in line.trim_start().split(' ') {
        let room = measure_text_width(&current) + usize::from(!is_empty) + measure_text_width(word);
        if room > width && !is_empty {
            lines.push(std::mem::replace(&mut current, further.clone()));
            is_empty = true;
        }
        if !is_empty {
            current.push(' ');
        }
        let space = width.saturating_sub(measure_text_width(&current));
        if measure_text_width(word) > space {
            current.push_str(&fit(word, space));
        } else {
            current.push_str(word);
        }
        is_empty = false;
    }
    lines.push(current);
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_lines_are_wrapped_between_words() {
        assert_eq!(
            wrap("  ~ one two three", 12),
            ["  ~ one two", "      three"]
        );
        assert_eq!(wrap("short", 12), ["short"]);
        let color = "  \u{1b}[31m!\u{1b}[0m one two three";
        assert!(
            wrap(color, 12)
                .iter()
                .all(|line| measure_text_width(line) <= 12)
        );
        assert!(
            wrap("a verylongwordthatfitsnowhere b", 12)
                .iter()
                .all(|line| measure_text_width(line) <= 12)
        );
    }
}
