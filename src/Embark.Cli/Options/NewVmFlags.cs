using System.CommandLine;
using System.Globalization;
using Embark.Cli.Commands;
using Embark.Kubernetes;

namespace Embark.Cli.Options;

/// <summary>What a new VM is like; what has no default is asked for on a terminal.</summary>
internal sealed class NewVmFlags
{
    private const string Annotation = "sidecar-bootstrap.istio.io/";

    private readonly Option<string?> _address = Flag.Text("--address", "IP|NAME", "address at which pods reach the VM");
    private readonly Option<string?> _app = Flag.Text("--app", "NAME", "label app: which application it serves");
    private readonly Option<string?> _version = Flag.Text("--version", "VERSION", "label version; v1 if not given");
    private readonly Option<string?> _account = Flag.Text("--service-account", "NAME", "service account whose identity it has; the name of the VM if not given");
    private readonly Option<NewVmPort[]> _ports = Many("--port", "PORT[/PROTOCOL]", "port that the mesh calls, such as 9080 or 5432/TCP; may be given several times", ParsePort);
    private readonly Option<string?> _application = Flag.Text("--application", "IP", "address where the application listens on the VM; 127.0.0.1 if not given");
    private readonly Option<string?> _network = Flag.Text("--network", "NAME", "network of the VM, where pods do not reach it directly");
    private readonly Option<KeyValuePair<string, string>[]> _labels = Many("--label", "KEY=VALUE", "further label; may be given several times", ParseLabel);
    private readonly Option<string?> _bind = Flag.Text("--egress-bind", "IP", "address where the proxy listens for the VM's calls; 127.0.0.2 if not given");
    private readonly Option<string[]> _hosts = Many("--egress", "NAMESPACE/HOST", "what the VM may call; ./* (its namespace) if not given", text => text);
    private readonly Option<string?> _sshUser = Flag.Text("--ssh-user", "NAME", "user on the VM; istio-proxy if not given");
    private readonly Option<string?> _sshHost = Flag.Text("--ssh-host", "IP|NAME", "where SSH reaches it; the address if not given");
    private readonly Option<string?> _directory = Flag.Text("--config-dir", "DIR", "directory on the VM, as prepare made it; /etc/istio-proxy if not given");
    private readonly Option<string?> _instance = Flag.Text("--instance-ip", "IP", "address that is bound on the VM, where the other one is not");
    private readonly Option<string?> _hub = Flag.Text("--image-hub", "REPOSITORY", "where the proxy's image comes from; the mesh's hub if not given");

    public NewVmFlags(Command command)
    {
        foreach (var option in new Option[] { _address, _app, _version, _account, _ports, _application, _network, _labels, _bind, _hosts, _sshUser, _sshHost, _directory, _instance, _hub })
            command.Add(option);
    }

    /// <summary>What is missing and nobody can be asked for is named in <paramref name="errors"/>; something valid stands in its place then, so that the rest can be checked.</summary>
    public async Task<NewVm> ReadAsync(ParseResult parsed, NamespacedName name, Questions? questions, List<string> errors)
    {
        var address = await NeededAsync(parsed.GetValue(_address), _address.Name, $"Address at which pods reach {name.Name}", null) ?? "192.0.2.1"; // RFC 5737: nobody's
        var app = await NeededAsync(parsed.GetValue(_app), _app.Name, "Application that it serves (label app)", name.Name.EndsWith("-vm", StringComparison.Ordinal) ? name.Name[..^3] : name.Name) ?? "app";
        var ports = parsed.GetValue(_ports) ?? [];
        if (ports.Length == 0 && await NeededAsync(null, _ports.Name, "Port that the mesh calls (PORT or PORT/PROTOCOL)", "8080") is { } text)
        {
            try { ports = [ParsePort(text)]; }
            catch (FormatException problem) { errors.Add($"\"{text}\": {problem.Message}"); }
        }
        if (ports.Length == 0) ports = [new(8080)];
        var account = parsed.GetValue(_account) ?? (questions is null ? name.Name : await questions.AskAsync("Service account whose identity it has", name.Name));
        var network = parsed.GetValue(_network) ?? (questions is null ? null : await questions.AskAsync("Network of the VM (empty: pods reach it directly)", ""));
        return new()
        {
            Name = name,
            Address = address,
            App = app,
            Version = parsed.GetValue(_version) ?? "v1",
            ServiceAccount = account,
            Ports = ports,
            Application = parsed.GetValue(_application) ?? "127.0.0.1",
            Network = string.IsNullOrEmpty(network) ? null : network,
            Labels = (parsed.GetValue(_labels) ?? []).DistinctBy(label => label.Key).ToDictionary(StringComparer.Ordinal),
            EgressBind = parsed.GetValue(_bind) ?? "127.0.0.2",
            EgressHosts = parsed.GetValue(_hosts) is { Length: > 0 } hosts ? hosts : ["./*"],
            Annotations = Annotations(parsed),
        };

        async Task<string?> NeededAsync(string? given, string flag, string question, string? usual)
        {
            if (!string.IsNullOrEmpty(given)) return given;
            if (questions is not null) return await questions.AskAsync(question, usual);
            errors.Add($"{flag} is missing");
            return null;
        }
    }

    private Dictionary<string, string> Annotations(ParseResult parsed)
    {
        (string Name, string? Value)[] all =
        [
            ("ssh-user", parsed.GetValue(_sshUser) ?? "istio-proxy"), ("ssh-host", parsed.GetValue(_sshHost)), ("proxy-config-dir", parsed.GetValue(_directory) ?? "/etc/istio-proxy"),
            ("proxy-instance-ip", parsed.GetValue(_instance)), ("proxy-image-hub", parsed.GetValue(_hub)),
        ];
        return all.Where(a => a.Value is not null).ToDictionary(a => Annotation + a.Name, a => a.Value!, StringComparer.Ordinal);
    }

    private static Option<T[]> Many<T>(string name, string value, string description, Func<string, T> parse) => new(name)
    {
        Description = description,
        HelpName = value,
        Arity = ArgumentArity.OneOrMore,
        AllowMultipleArgumentsPerToken = false,
        CustomParser = result =>
        {
            try
            {
                return [.. result.Tokens.Select(token => parse(token.Value))];
            }
            catch (FormatException problem)
            {
                result.AddError($"invalid argument \"{string.Join(' ', result.Tokens.Select(token => token.Value))}\" for \"{name}\" flag: {problem.Message}");
                return [];
            }
        },
    };

    private static NewVmPort ParsePort(string text)
    {
        var parts = text.Split('/');
        var protocol = parts.Length > 1 ? parts[1].ToUpperInvariant() : "HTTP";
        return parts.Length <= 2 && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is >= 1 and <= 65535 && NewVmPort.Protocols.Contains(protocol)
            ? new(number, protocol) : throw new FormatException($"want PORT or PORT/PROTOCOL, with one of {string.Join(", ", NewVmPort.Protocols)}");
    }

    private static KeyValuePair<string, string> ParseLabel(string text) =>
        text.Split('=', 2) is [{ Length: > 0 } key, var value] ? new(key, value) : throw new FormatException("want KEY=VALUE");
}
