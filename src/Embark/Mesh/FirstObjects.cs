using System.Text.Json;
using System.Text.RegularExpressions;
using Embark.Planning;

namespace Embark.Mesh;

/// <summary>ServiceAccount, WorkloadEntry and Sidecar of a new VM, as YAML for <c>kubectl apply -f -</c>.</summary>
public static partial class FirstObjects
{
    /// <summary>Selects the VM and no pod of the same application.</summary>
    private const string ClassLabel = "class";

    /// <summary>Checks everything as a join would, and writes it.</summary>
    /// <exception cref="InvalidInputException">All that is wrong with it.</exception>
    public static string Of(NewVm vm)
    {
        ArgumentNullException.ThrowIfNull(vm);
        var labels = Labels(vm);
        Check(vm, labels).ThrowIfAny($"VM {vm.Name}");
        return $"""
            apiVersion: v1
            kind: ServiceAccount
            metadata: {Map([("name", vm.ServiceAccount), ("namespace", vm.Name.Namespace)])}
            ---
            apiVersion: networking.istio.io/v1
            kind: WorkloadEntry
            metadata:
              name: {Scalar(vm.Name.Name)}
              namespace: {Scalar(vm.Name.Namespace)}
              annotations: {(vm.Annotations.Count == 0 ? "{}" : string.Concat(vm.Annotations.OrderBy(a => a.Key, StringComparer.Ordinal).Select(a => $"\n    {a.Key}: {Scalar(a.Value)}")))}
            spec:
              address: {Scalar(vm.Address)}
              labels: {Map(labels)}
              serviceAccount: {Scalar(vm.ServiceAccount)}{(vm.Network is { } network ? $"\n  network: {Scalar(network)}" : "")}
            ---
            apiVersion: networking.istio.io/v1
            kind: Sidecar
            metadata: {Map([("name", vm.Name.Name), ("namespace", vm.Name.Namespace)])}
            spec:
              workloadSelector:
                labels: {Map(Selector(labels))}
              ingress:{string.Concat(vm.Ports.Select(port => Ingress(vm, port)))}
              egress:
              - bind: {Scalar(vm.EgressBind)}
                hosts: [{string.Join(", ", vm.EgressHosts.Select(host => JsonSerializer.Serialize(host, FirstObjectsJson.Default.String)))}]

            """;
    }

    /// <summary>All that is wrong with it; nothing when it can be written.</summary>
    public static IReadOnlyList<Problem> Problems(NewVm vm)
    {
        ArgumentNullException.ThrowIfNull(vm);
        return [.. Check(vm, Labels(vm)).Problems.Distinct()];
    }

    private static List<(string Key, string Value)> Labels(NewVm vm) =>
    [
        ("app", vm.App), (ClassLabel, vm.Labels.GetValueOrDefault(ClassLabel, "vm")), ("version", vm.Version),
        .. vm.Labels.Where(l => l.Key != ClassLabel).OrderBy(l => l.Key, StringComparer.Ordinal).Select(l => (l.Key, l.Value)),
    ];

    private static IEnumerable<(string Key, string Value)> Selector(List<(string Key, string Value)> labels) => labels.Where(l => l.Key is "app" or ClassLabel);

    private static string Ingress(NewVm vm, NewVmPort port)
    {
        var name = port.Protocol.ToLowerInvariant();
        return $"""

              - port: {Map([("number", port.Number.ToText()), ("protocol", port.Protocol), ("name", vm.Ports.Count == 1 ? name : $"{name}-{port.Number.ToText()}")])}
                defaultEndpoint: {Scalar($"{vm.Application}:{port.Number.ToText()}")}
            """;
    }

    private static Findings Check(NewVm vm, List<(string Key, string Value)> labels)
    {
        var findings = new Findings();
        if (!Grammar.ObjectName.Accepts(vm.Name.Name)) findings.Refuse("NAME", $"\"{Printable.Text(vm.Name.Name)}\" must be {Grammar.ObjectName.Description}", "choose another name");
        if (!Grammar.DnsLabel.Accepts(vm.Name.Namespace)) findings.Refuse("NAMESPACE", $"\"{Printable.Text(vm.Name.Namespace)}\" must be {Grammar.DnsLabel.Description}", "name an existing namespace");
        foreach (var (key, value) in labels)
            if (!LabelKey().IsMatch(key) || value.Length > 63 || (value.Length > 0 && !LabelValue().IsMatch(value))) findings.Refuse($"label {Printable.Text(key, 80)}", $"\"{Printable.Text(value, 80)}\" is no label", "use letters, digits, '-', '_', '.', at most 63, first and last a letter or digit");
        foreach (var host in vm.EgressHosts)
            if (!EgressHost().IsMatch(host)) findings.Refuse("--egress", $"\"{Printable.Text(host)}\" is no host of an egress", "write NAMESPACE/HOST, such as ./* or istio-system/*");
        foreach (var bind in new[] { vm.EgressBind, vm.Application })
            if (Grammar.ParseIp(bind) is null) findings.Refuse(bind == vm.EgressBind ? "--egress-bind" : "--application", $"\"{Printable.Text(bind)}\" is no IP address", "write one such as 127.0.0.2");
        if (vm.EgressBind == vm.Application) findings.Refuse("--egress-bind", $"{vm.EgressBind} is the application's own address", "use another of the loopback, such as 127.0.0.2");

        var selected = labels.GroupBy(l => l.Key).ToDictionary(g => g.Key, g => g.Last().Value, StringComparer.Ordinal);
        var entry = new WorkloadEntryObject(new() { Name = vm.Name.Name, Namespace = vm.Name.Namespace, Annotations = vm.Annotations }, new(vm.Address, selected, vm.ServiceAccount, vm.Network), null);
        var sidecar = new SidecarObject(new() { Name = vm.Name.Name, Namespace = vm.Name.Namespace }, new(new(Selector(labels).ToDictionary(l => l.Key, l => l.Value), null),
            [.. vm.Ports.Select(p => new SidecarIngress(new(p.Number, null, p.Protocol), null, null))], [new(vm.EgressHosts, vm.EgressBind, null)]));
        new EntryDoor(new() { SshUser = "istio-proxy" }).Read(entry, new() { Sidecars = [sidecar] }, findings);
        return findings;
    }

    private static string Map(IEnumerable<(string Key, string Value)> members) =>
        $$"""{{{string.Join(", ", members.Select(m => $"{Scalar(m.Key)}: {(m.Key == "number" ? m.Value : Scalar(m.Value))}"))}}}""";

    /// <summary>Quoted unless it is plainly text in every version of YAML.</summary>
    private static string Scalar(string value) => PlainText().IsMatch(value) ? value : JsonSerializer.Serialize(value, FirstObjectsJson.Default.String);

    [GeneratedRegex(@"\A(?!(?i:y|n|yes|no|on|off|true|false|null)\z)([A-Za-z][A-Za-z0-9_./-]*|/[A-Za-z0-9_./-]+|[0-9]{1,3}(\.[0-9]{1,3}){3}(:[0-9]{1,5})?)\z")]
    private static partial Regex PlainText();

    [GeneratedRegex(@"\A([a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?/)?[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?\z")]
    private static partial Regex LabelKey();

    [GeneratedRegex(@"\A[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?\z")]
    private static partial Regex LabelValue();

    [GeneratedRegex(@"\A(\.|\*|~|[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)/(\*|(\*\.)?[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?)\z")]
    private static partial Regex EgressHost();
}

[System.Text.Json.Serialization.JsonSerializable(typeof(string))]
[System.Text.Json.Serialization.JsonSourceGenerationOptions]
internal sealed partial class FirstObjectsJson : System.Text.Json.Serialization.JsonSerializerContext;
