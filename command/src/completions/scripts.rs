//! The scripts for the shells.

/// bash also breaks words at `=` and `:`, so it gets only what follows the last break. Without a
/// candidate, the shells complete file names; bash doesn't when that part begins with `//`, as in
/// `file://`, where it would look like a path from the root.
pub(super) const BASH: &str = r#"# Completions of opsmith for bash. To have them in every shell, add to ~/.bashrc: eval "$(opsmith completions bash)"
_opsmith() {
    local IFS=$'\n' word
    COMPREPLY=()
    for word in $(opsmith completions answer "${COMP_LINE:0:COMP_POINT}" "${COMP_WORDS[COMP_CWORD]}" 2>/dev/null); do
        printf -v word %q "$word"
        COMPREPLY+=("$word")
    done
    case "${COMPREPLY[0]-}" in *=|*/) compopt -o nospace ;; esac
    case "${COMP_WORDS[COMP_CWORD]}" in //*) compopt +o default ;; esac
} 2>/dev/null
complete -o default -F _opsmith opsmith
"#;

pub(super) const ZSH: &str = r#"#compdef opsmith
# Completions of opsmith for zsh. To have them in every shell, add to ~/.zshrc, after compinit:
# source <(opsmith completions zsh)
_opsmith() {
    local -a whole open
    local word
    for word in "${(@f)$(opsmith completions answer "$LBUFFER" 2>/dev/null)}"; do
        case "$word" in '') ;; *=|*/) open+=("${(q)word}") ;; *) whole+=("${(q)word}") ;; esac
    done
    (( $#whole )) && compadd -Q -a whole
    (( $#open )) && compadd -Q -S '' -a open
    (( $#whole + $#open )) || _files
}
compdef _opsmith opsmith
"#;

pub(super) const FISH: &str = r#"# Completions of opsmith for fish. To have them in every shell: opsmith completions fish > ~/.config/fish/completions/opsmith.fish
function _opsmith
    set -l words (opsmith completions answer (commandline -cp) 2>/dev/null)
    if count $words >/dev/null
        printf '%s\n' $words
    else
        __fish_complete_path (commandline -ct)
    end
end
complete -c opsmith -e
complete -c opsmith -f -a '(_opsmith)'
"#;
