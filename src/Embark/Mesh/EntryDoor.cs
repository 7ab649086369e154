using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Embark.Kubernetes;
using Embark.Planning;

namespace Embark.Mesh;

/// <summary>Turns a WorkloadEntry of the API into a checked one: every field is typed here, and nowhere parsed again.</summary>
internal sealed class EntryDoor(MeshReaderOptions options)
{
    /// <summary>The entry as far as it says where the VM is and what our things there are called.</summary>
    public WorkloadEntry? ReadToReach(WorkloadEntryObject entry, Findings findings)
    {
        var name = new NamespacedName(entry.Metadata.Namespace ?? "", entry.Metadata.Name ?? "");
        var annotations = new AnnotationValues($"WorkloadEntry {name}", entry.Metadata, findings);
        annotations.Check(Annotations.OfReach);
        var address = string.IsNullOrEmpty(entry.Spec?.Address) ? null : entry.Spec.Address;
        var host = annotations[Annotations.SshHost] ?? (address is not null && Grammar.SshHost.Accepts(address) ? address : null);
        if (host is null && !annotations.Has(Annotations.SshHost))
            findings.Refuse($"WorkloadEntry {name} spec.address", address is null ? "is absent, so there is nothing to connect to" : $"\"{Printable.Text(address)}\" must be {Grammar.SshHost.Description}", $"set it, or the annotation {Annotations.SshHost}");
        var vm = Vm($"WorkloadEntry {name}", annotations, new(address, null, host), findings);
        return findings.Problems.Count > 0 || vm is null ? null : new()
        {
            Name = name,
            ResourceVersion = entry.Metadata.ResourceVersion,
            Address = address,
            ServiceAccount = entry.Spec?.ServiceAccount ?? "",
            Labels = new Dictionary<string, string>(),
            MetadataLabels = new Dictionary<string, string>(),
            InstanceIp = IPAddress.None,
            Vm = vm,
            Annotations = annotations.Good,
        };
    }

    /// <summary>Null when something is wrong; <paramref name="findings"/> says what, all of it.</summary>
    public WorkloadEntry? Read(WorkloadEntryObject entry, EntrySurroundings around, Findings findings)
    {
        var name = new NamespacedName(entry.Metadata.Namespace ?? "", entry.Metadata.Name ?? "");
        var subject = $"WorkloadEntry {name}";
        var before = findings.Problems.Count;
        var annotations = new AnnotationValues(subject, entry.Metadata, findings);
        annotations.Check(Annotations.OfWorkloadEntries);

        var addresses = EntryAddresses.Read(subject, entry.Spec?.Address, annotations, findings);
        var account = Required(entry.Spec?.ServiceAccount, $"{subject} spec.serviceAccount", findings);
        var network = Network(entry.Spec?.Network, $"{subject} spec.network", findings);
        var labels = Labels(entry, subject, findings);
        var vm = Vm(subject, annotations, addresses, findings);
        var mode = Interception(annotations, findings);
        var config = Config(annotations, findings);
        if (annotations.Has(Annotations.AutoRegistrationGroup) && !options.Join.Force)
            findings.Refuse(annotations.Where(Annotations.AutoRegistrationGroup), "istiod made this entry and will remove it", "write an entry of your own, or use --force");

        var effective = labels.Spec.Concat(labels.Metadata.Where(p => !labels.Spec.ContainsKey(p.Key))).ToDictionary(p => p.Key, p => labels.Metadata.GetValueOrDefault(p.Key, p.Value));
        var sidecar = new SidecarChoice(subject, effective, options.Join).Read(around, findings);
        if (findings.Problems.Count > before) return null;

        return new()
        {
            Name = name,
            ResourceVersion = entry.Metadata.ResourceVersion,
            Address = addresses.Address,
            ServiceAccount = account!,
            Network = network,
            Labels = labels.Spec,
            MetadataLabels = labels.Metadata,
            InstanceIp = addresses.InstanceIp!,
            Vm = vm! with { IngressPorts = sidecar?.IngressPorts ?? [] },
            Annotations = annotations.Good,
            ProxyConfig = config,
            InterceptionMode = mode,
            HealthChecks = annotations[Annotations.HealthChecks] == "true",
            Namespaces = around.Namespaces,
            Sidecar = sidecar,
            Services = [.. MeshService.Http(around.Services ?? [], effective)],
            Warnings = [.. findings.Warnings],
        };
    }

    private static string? Required(string? value, string where, Findings findings)
    {
        if (string.IsNullOrEmpty(value)) findings.Refuse(where, "is absent", "name the service account whose identity the VM shall have");
        else if (!Grammar.ObjectName.Accepts(value)) findings.Refuse(where, $"\"{Printable.Text(value)}\" must be {Grammar.ObjectName.Description}", "correct the name");
        return value;
    }

    private static string? Network(string? value, string where, Findings findings)
    {
        if (string.IsNullOrEmpty(value)) return null;
        if (!Grammar.Network.Accepts(value)) findings.Refuse(where, $"\"{Printable.Text(value)}\" must be {Grammar.Network.Description}", "correct the network's name");
        return value;
    }

    private (IReadOnlyDictionary<string, string> Spec, IReadOnlyDictionary<string, string> Metadata) Labels(WorkloadEntryObject entry, string subject, Findings findings)
    {
        var spec = entry.Spec?.Labels ?? new Dictionary<string, string>();
        var metadata = entry.Metadata.Labels ?? new Dictionary<string, string>();
        foreach (var (path, key, value) in spec.Select(p => ("spec.labels", p.Key, p.Value)).Concat(metadata.Select(p => ("metadata.labels", p.Key, p.Value))))
        {
            if (key.Length is 0 or > 317 || !Grammar.Printable.Accepts(key) || !Grammar.Printable.Accepts(value) || value.Length > Grammar.AnnotationCap)
                findings.Refuse($"{subject} {path}[{Printable.Text(key, 80)}]", $"\"{Printable.Text(value, 80)}\" must be text without control characters, of at most {Grammar.AnnotationCap}", "correct the label");
        }
        if (spec.Count + metadata.Count == 0 && !options.Join.Force)
            findings.Refuse($"{subject} spec.labels", "is empty: no Service and no Sidecar can select the VM", "add labels such as app and version, or use --force");
        foreach (var (key, value) in spec.Where(p => metadata.TryGetValue(p.Key, out var other) && other != p.Value && options.Join.Profile == Profile.Modern))
            findings.Warn($"{subject} metadata.labels[{Printable.Text(key, 80)}]", $"\"{Printable.Text(metadata[key], 80)}\" wins over spec.labels (\"{Printable.Text(value, 80)}\"), as it does for istiod", "give the label in one place");
        return (spec, metadata);
    }

    private VmSettings? Vm(string subject, AnnotationValues annotations, EntryAddresses addresses, Findings findings)
    {
        var user = User(annotations, findings);
        if (annotations[Annotations.Directory] is { } directory) options.Policy.CheckDirectory(directory, annotations.Where(Annotations.Directory), findings);
        if (annotations[Annotations.ImageHub] is { } hub) options.Policy.CheckImage(hub, annotations.Where(Annotations.ImageHub), findings);
        if (annotations[Annotations.ProxyImage] is { } image) options.Policy.CheckImage(image, annotations.Where(Annotations.ProxyImage), findings);
        if (addresses.SshHost is not { } host) return null;
        options.Policy.CheckHost(host, annotations.Has(Annotations.SshHost) ? annotations.Where(Annotations.SshHost) : $"{subject} spec.address", findings);

        var port = annotations[Annotations.SshPort] is { } given ? int.Parse(given, CultureInfo.InvariantCulture) : options.SshPort;
        return new()
        {
            Ssh = new(user, host, port) { DiffersFromAddress = annotations[Annotations.SshHost] is { } own && own != addresses.Address },
            Directory = options.Directory ?? annotations[Annotations.Directory],
            ContainerName = annotations[Annotations.ContainerName] ?? "istio-proxy",
            Ports = annotations[Annotations.PortBase] is { } basis ? AgentPorts.From(int.Parse(basis, CultureInfo.InvariantCulture)) : AgentPorts.Standard,
            Policy = options.Policy,
            // The start script of an offline delivery always starts the proxy.
            Options = options.Directory == Placeholder.Directory ? options.Join with { StartProxy = true } : options.Join,
            ImageHub = annotations[Annotations.ImageHub]?.TrimEnd('/'),
            Image = annotations[Annotations.ProxyImage],
            LogLevel = annotations[Annotations.LogLevel],
            ComponentLogLevel = annotations[Annotations.ComponentLogLevel],
            AgentLogLevel = annotations[Annotations.AgentLogLevel],
        };
    }

    /// <summary>Upper case only where the policy lists the user; root only there, or with --force (reliability 3.5).</summary>
    private string User(AnnotationValues annotations, Findings findings)
    {
        var user = annotations[Annotations.SshUser] ?? options.SshUser;
        var where = annotations.Has(Annotations.SshUser) ? annotations.Where(Annotations.SshUser) : "--ssh-user";
        var listed = options.Policy.SshUsers?.Contains(user, StringComparer.Ordinal) == true;
        if (!(listed ? Grammar.SshUserOfPolicy : Grammar.SshUser).Accepts(user))
            findings.Refuse(where, $"\"{Printable.Text(user)}\" must be {Grammar.SshUser.Description}", $"set {Annotations.SshUser} to the VM's own account for the proxy");
        else if (user == "root" && !listed && !options.Join.Force)
            findings.Refuse(where, "is root: nothing on the VM needs that", $"set {Annotations.SshUser} to an account of its own in the docker group, allow root in the policy, or use --force");
        options.Policy.CheckUser(user, where, findings);
        return user;
    }

    private static InterceptionMode Interception(AnnotationValues annotations, Findings findings)
    {
        if (annotations[Annotations.InterceptionMode] is { } mode and not "NONE")
            findings.Refuse(annotations.Where(Annotations.InterceptionMode), $"{mode} needs packet rules, which Embark does not set on VMs", "remove the annotation, and bind by a Sidecar");
        return InterceptionMode.None;
    }

    private static JsonObject? Config(AnnotationValues annotations, Findings findings)
    {
        if (annotations[Annotations.ProxyConfig] is not { } yaml) return null;
        var where = annotations.Where(Annotations.ProxyConfig);
        var config = LenientYaml.Read(yaml, where, findings);
        if (config is not null) ProxyConfigFields.Check(config, where, findings);
        if (config?["proxyMetadata"] is JsonObject metadata) EnvironmentLine.CheckMetadata(where, metadata.Select(p => p.Key), findings);
        return config;
    }
}
