# Completion of supervisorctl for fish: options, commands and the names of live
# processes. Put this file into ~/.config/fish/completions.

# The words after the global options, of which those that choose the server are
# printed first, up to a line "--".
function __supervisorctl_words
    set -l words (commandline -opc)[2..-1]
    set -l server
    while set -q words[1]
        switch $words[1]
            case -c -s -u -p --configuration --serverurl --username --password
                set -q words[2]; or break
                set -a server $words[1..2]
                set words $words[3..-1]
            case -r --history-file --history_file --output
                set words $words[3..-1]
            case '--configuration=*' '--serverurl=*' '--username=*' '--password=*'
                set -a server $words[1]
                set words $words[2..-1]
            case '-*'
                set words $words[2..-1]
            case '*'
                break
        end
    end
    string join \n -- $server -- $words
end

function __supervisorctl_complete
    set -l all (__supervisorctl_words)
    set -l at (contains -i -- -- $all)
    set -l server
    test $at -gt 1; and set server $all[1..(math $at - 1)]
    set -l words $all[(math $at + 1)..-1]
    test $words[-1] = --for 2>/dev/null
    and begin
        printf '%s\n' STOPPED STARTING RUNNING BACKOFF STOPPING EXITED FATAL UNKNOWN
        return
    end
    supervisorctl $server __complete $words (commandline -ct). 2>/dev/null
end

function __supervisorctl_action
    set -l all (__supervisorctl_words)
    set -l at (contains -i -- -- $all)
    set -l action $all[(math $at + 1)]
    contains -- "$action" $argv
end

function __supervisorctl_no_action
    set -l all (__supervisorctl_words)
    test "$all[-1]" = --
end

complete -c supervisorctl -f
complete -c supervisorctl -a '(__supervisorctl_complete)'
complete -c supervisorctl -n __supervisorctl_no_action -s c -l configuration -r -F -d 'configuration file'
complete -c supervisorctl -n __supervisorctl_no_action -s h -l help -d 'print the help'
complete -c supervisorctl -n __supervisorctl_no_action -s i -l interactive -d 'ask for confirmations and credentials'
complete -c supervisorctl -n __supervisorctl_no_action -s s -l serverurl -x -d 'where supervisord listens'
complete -c supervisorctl -n __supervisorctl_no_action -s u -l username -x -d 'user name'
complete -c supervisorctl -n __supervisorctl_no_action -s p -l password -x -d password
complete -c supervisorctl -n __supervisorctl_no_action -s r -l history-file -r -F -d 'file that keeps the history'
complete -c supervisorctl -n __supervisorctl_no_action -l version -d 'print the version of supervisorctl'
complete -c supervisorctl -l output -x -a 'text json' -d 'form of the output'
complete -c supervisorctl -n '__supervisorctl_action status' -l watch -d 'again and again'
complete -c supervisorctl -n '__supervisorctl_action update' -l group -d 'restart changed groups as a whole'
complete -c supervisorctl -n '__supervisorctl_action wait' -l for -x -a 'STOPPED STARTING RUNNING BACKOFF STOPPING EXITED FATAL UNKNOWN' -d state
complete -c supervisorctl -n '__supervisorctl_action wait' -l timeout -x -d seconds
complete -c supervisorctl -n '__supervisorctl_action events' -l types -x -d 'event types'
complete -c supervisorctl -n '__supervisorctl_action tail maintail' -s f -d follow
