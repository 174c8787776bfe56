# Completion of supervisorctl for bash: options, commands and the names of live
# processes. Installed as .../bash-completion/completions/supervisorctl, or put
# ". supervisorctl.bash" into ~/.bashrc.

_supervisorctl() {
    local line=${COMP_LINE:0:COMP_POINT}
    local -a words=() server=()
    local i=1 current

    # Bash splits words at colons; names such as web:web_00 are one word here.
    read -r -a words <<<"$line"
    [[ $line == *[[:space:]] ]] && words+=("")
    current=${words[${#words[@]}-1]}
    COMPREPLY=()

    # Options before the action. Those that choose the server are passed on.
    while (( i < ${#words[@]} - 1 )); do
        case ${words[i]} in
            -c|-s|-u|-p|--configuration|--serverurl|--username|--password)
                (( i + 1 < ${#words[@]} - 1 )) && server+=("${words[i]}" "${words[i+1]}")
                (( i += 2 )) ;;
            -r|--history-file|--history_file|--output)
                (( i += 2 )) ;;
            --configuration=*|--serverurl=*|--username=*|--password=*)
                server+=("${words[i]}")
                (( i++ )) ;;
            -*) (( i++ )) ;;
            *) break ;;
        esac
    done

    if (( i > ${#words[@]} - 1 )); then
        # The value of an option.
        case ${words[${#words[@]}-2]} in
            --output) COMPREPLY=($(compgen -W "text json" -- "$current")) ;;
            -c|--configuration|-r|--history-file|--history_file)
                compopt -o filenames 2>/dev/null
                local file
                while IFS= read -r file; do COMPREPLY+=("$file"); done < <(compgen -f -- "$current") ;;
        esac
        return
    fi
    if [[ $current == -* ]]; then
        local flags="--configuration --help --history-file --interactive --output --password --serverurl --username --version"
        case ${words[i]} in
            -*) ;;
            status) flags="--output --watch" ;;
            update) flags="--output --group" ;;
            wait) flags="--output --for --timeout" ;;
            events) flags="--output --types" ;;
            tail|maintail) flags="--output -f" ;;
            *) flags="--output" ;;
        esac
        COMPREPLY=($(compgen -W "$flags" -- "$current"))
        return
    fi
    if [[ ${words[${#words[@]}-2]} == --for ]]; then
        COMPREPLY=($(compgen -W "STOPPED STARTING RUNNING BACKOFF STOPPING EXITED FATAL UNKNOWN" -- "$current"))
        return
    fi

    local -a rest=("${words[@]:i}")
    rest[${#rest[@]}-1]+=.
    local candidate prefix=""
    # What stands before the last colon is not part of the word for bash.
    if [[ $current == *:* && $COMP_WORDBREAKS == *:* ]]; then
        prefix=${current%"${current##*:}"}
    fi
    while IFS= read -r candidate; do
        COMPREPLY+=("${candidate#"$prefix"}")
    done < <("${words[0]}" "${server[@]}" __complete "${rest[@]}" 2>/dev/null </dev/null)
}

complete -F _supervisorctl supervisorctl
