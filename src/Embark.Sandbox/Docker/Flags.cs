namespace Embark.Sandbox.Docker;

/// <summary>Options of one docker command, read as docker reads them: short and long, joined and apart; they end at the first word that is none.</summary>
internal sealed class Flags
{
    private readonly Dictionary<string, List<string>> _values = [];

    private Flags(IReadOnlyList<string> rest) => Rest = rest;

    /// <summary>Words that are no options.</summary>
    public IReadOnlyList<string> Rest { get; private set; }

    /// <param name="command">For the message on a mistake.</param>
    /// <param name="words">Words after the command.</param>
    /// <param name="grammar">Names by blanks: <c>d|detach</c> is a switch, <c>name=</c> takes a value.</param>
    /// <param name="mixed">True where options may also stand behind other words, as everywhere but in run, create and exec.</param>
    public static Flags Parse(string command, IReadOnlyList<string> words, string grammar, bool mixed)
    {
        var known = new Dictionary<string, (string Name, bool Takes)>();
        foreach (var entry in grammar.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            var takes = entry.EndsWith('=');
            var names = entry.TrimEnd('=').Split('|');
            foreach (var name in names)
                known[name] = (names[^1], takes);
        }
        var flags = new Flags([]);
        var rest = new List<string>();
        var at = 0;
        while (at < words.Count)
        {
            var word = words[at++];
            if (word == "--")
            {
                rest.AddRange(words.Skip(at));
                break;
            }
            if (word.Length < 2 || word[0] != '-')
            {
                rest.Add(word);
                if (mixed)
                    continue;
                rest.AddRange(words.Skip(at));
                break;
            }
            if (word.StartsWith("--", StringComparison.Ordinal))
                TakeLong(word[2..]);
            else
                TakeShort(word[1..]);
        }
        flags.Rest = rest;
        return flags;

        void TakeLong(string word)
        {
            var equals = word.IndexOf('=');
            var name = equals < 0 ? word : word[..equals];
            if (!known.TryGetValue(name, out var flag) || name.Length == 1)
                throw Unknown($"unknown flag: --{name}");
            if (!flag.Takes)
            {
                flags.Add(flag.Name, equals < 0 ? "true" : word[(equals + 1)..]);
                return;
            }
            flags.Add(flag.Name, equals >= 0 ? word[(equals + 1)..] : at < words.Count ? words[at++] : throw Unknown($"flag needs an argument: --{name}"));
        }

        void TakeShort(string cluster)
        {
            for (var i = 0; i < cluster.Length; i++)
            {
                if (!known.TryGetValue(cluster[i].ToString(), out var flag))
                    throw Unknown($"unknown shorthand flag: '{cluster[i]}' in -{cluster}");
                if (!flag.Takes)
                {
                    flags.Add(flag.Name, "true");
                    continue;
                }
                var joined = cluster[(i + 1)..].TrimStart('=');
                flags.Add(flag.Name, joined.Length > 0 ? joined : at < words.Count ? words[at++] : throw Unknown($"flag needs an argument: '{cluster[i]}' in -{cluster}"));
                return;
            }
        }

        DockerException Unknown(string text) => new($"{text}\nSee 'docker {command} --help'.", 125);
    }

    public bool Has(string name) => Value(name) is "true" or "1" or "t" or "TRUE";

    public string? Value(string name) => _values.TryGetValue(name, out var values) ? values[^1] : null;

    public IReadOnlyList<string> Values(string name) => _values.TryGetValue(name, out var values) ? values : [];

    private void Add(string name, string value)
    {
        if (!_values.TryGetValue(name, out var values))
            _values[name] = values = [];
        values.Add(value);
    }
}
