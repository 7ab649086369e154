using System.Collections.Concurrent;

namespace Embark.Controller.Telemetry;

/// <summary>
/// Who is at an address, who has an account, what is behind a Service: from the API where it can be read, and from what
/// proxies say of themselves. Log entries name the other side by these alone.
/// </summary>
internal sealed class KnownWorkloads
{
    /// <summary>Proxies come and go with new addresses; nobody may fill our memory with made-up ones.</summary>
    private const int MostLearned = 20_000;

    private readonly ConcurrentDictionary<string, Placed> _learned = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<(string Namespace, string Account), Workload> _accounts = [];
    private volatile Snapshot _api = new([], [], [], [], []);

    /// <summary>Takes a new state of the API into use.</summary>
    public void Replace(IEnumerable<KnownWorkload> workloads, IEnumerable<KeyValuePair<string, string>> appsByHost)
    {
        var all = workloads.ToList();
        _api = new Snapshot(
            Index(all.SelectMany(one => one.Addresses.Select(address => (address, one)))),
            Index(all.Select(one => ($"{one.Workload.Namespace}/{one.ObjectName}", one))),
            appsByHost.DistinctBy(pair => pair.Key).ToDictionary(StringComparer.Ordinal),
            [.. all.Where(one => one.Workload.Place == Place.Vm).Select(one => (one.Workload.Namespace, one.Workload.App))],
            [.. all.Where(one => one.Workload.Place == Place.Cluster).Select(one => (one.Workload.Namespace, one.Workload.App))])
        {
            Accounts = all.Where(one => one.Account.Length > 0).ToLookup(one => $"{one.Workload.Namespace}/{one.Account}", one => one.Workload),
        };
        _accounts.Clear();

        static Dictionary<string, KnownWorkload> Index(IEnumerable<(string Key, KnownWorkload Value)> pairs)
        {
            var index = new Dictionary<string, KnownWorkload>(StringComparer.Ordinal);
            foreach (var (key, value) in pairs)
                index[key] = value;
            return index;
        }
    }

    /// <summary>A proxy has said who it is.</summary>
    public void Learn(ReportingProxy proxy)
    {
        var said = new Placed(proxy.Account, proxy.Workload);
        if (proxy.Address.Length == 0 || (_learned.TryGetValue(proxy.Address, out var before) ? before == said : _learned.Count >= MostLearned))
            return;
        _learned[proxy.Address] = said;
        _accounts.Clear();
    }

    /// <summary>True when a proxy at this address has sent access logs.</summary>
    public bool Reports(string address) => _learned.ContainsKey(address);

    /// <summary>The API's own word on a pod or WorkloadEntry.</summary>
    public KnownWorkload? Named(string @namespace, string objectName) => _api.ByName.GetValueOrDefault($"{@namespace}/{objectName}");

    public Workload? At(string address, string? @namespace = null, string? account = null)
    {
        if (_api.ByAddress.TryGetValue(address, out var known) && Fits(known.Workload, known.Account))
            return known.Workload;
        return _learned.TryGetValue(address, out var learned) && Fits(learned.Workload, learned.Account) ? learned.Workload : null;

        bool Fits(Workload workload, string its) =>
            (@namespace is null || workload.Namespace == @namespace) && (account is null || its.Length == 0 || its == account);
    }

    /// <summary>
    /// Who has the account, for callers at addresses nobody knows, such as a gateway's. A VM comes through one, pods do not:
    /// it is meant where both share the account. Where applications share it, the account's own name stands for them.
    /// </summary>
    public Workload OfAccount(string @namespace, string account)
    {
        if (_accounts.Count > MostLearned)
            _accounts.Clear();
        return _accounts.GetOrAdd((@namespace, account), one => LookUp(one.Namespace, one.Account));
    }

    private Workload LookUp(string @namespace, string account)
    {
        var all = _api.Accounts[$"{@namespace}/{account}"].Concat(
            _learned.Values.Where(one => one.Account == account && one.Workload.Namespace == @namespace).Select(one => one.Workload)).Distinct().ToList();
        if (all.Any(one => one.Place == Place.Vm))
            all.RemoveAll(one => one.Place != Place.Vm);
        if (all.Select(one => one.Service).Distinct().Count() != 1)
            return new Workload(@namespace, "", account, "", Place.Cluster);
        return all is [var only] ? only : all[0] with { Name = "", Version = all.Select(one => one.Version).Distinct().Count() == 1 ? all[0].Version : "" };
    }

    /// <summary>The application behind a Service's host, wherever it runs.</summary>
    public Workload OfHost(string host)
    {
        // Services are name.namespace.svc.DOMAIN; anything else is somebody else's.
        if (host.Split('.') is not [var service, var @namespace, "svc", ..] || Names.Checked(service).Length == 0 || Names.Checked(@namespace).Length == 0)
            return Names.Checked(host) is { Length: > 0 } name ? new Workload("", "", name, "", Place.Outside) : Workload.Elsewhere;
        var app = _api.AppsByHost.GetValueOrDefault($"{service}.{@namespace}", service);
        var onVms = _api.VmApps.Contains((@namespace, app)) && !_api.ClusterApps.Contains((@namespace, app));
        return new Workload(@namespace, "", app, "", onVms ? Place.Vm : Place.Cluster);
    }

    private sealed record Placed(string Account, Workload Workload);

    private sealed record Snapshot(
        Dictionary<string, KnownWorkload> ByAddress, Dictionary<string, KnownWorkload> ByName, Dictionary<string, string> AppsByHost,
        HashSet<(string Namespace, string App)> VmApps, HashSet<(string Namespace, string App)> ClusterApps)
    {
        public ILookup<string, Workload> Accounts { get; init; } = Array.Empty<Workload>().ToLookup(_ => "");
    }
}

/// <summary>A pod or WorkloadEntry as the API has it.</summary>
/// <param name="ObjectName">Its name.</param>
/// <param name="Account">Service account; empty without one.</param>
/// <param name="Addresses">Its addresses.</param>
/// <param name="Workload">What is counted for it.</param>
internal sealed record KnownWorkload(string ObjectName, string Account, IReadOnlyList<string> Addresses, Workload Workload);
