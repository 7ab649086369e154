using Embark.Sandbox.Hosts;

namespace Embark.Sandbox.Docker;

/// <summary>The containers and images of the VM, kept on its disk so that they outlive the engine.</summary>
internal sealed class Engine
{
    private readonly string _directory;
    private readonly List<Container> _containers = [];

    private Engine(string directory)
    {
        _directory = directory;
        Directory.CreateDirectory(Path.Combine(directory, "containers"));
        Images = new(directory);
    }

    public TimeProvider Clock { get; } = TimeProvider.System;

    public ImageStore Images { get; }

    /// <summary>All containers, newest first.</summary>
    public IReadOnlyList<Container> Containers
    {
        get
        {
            lock (_containers)
                return [.. _containers.OrderByDescending(container => container.Config.Created)];
        }
    }

    /// <summary>Loads what an earlier engine left, and starts again what its policy says.</summary>
    public static async Task<Engine> OpenAsync(string directory, CancellationToken cancellationToken)
    {
        var engine = new Engine(directory);
        foreach (var place in Directory.EnumerateDirectories(Path.Combine(directory, "containers")).Order(StringComparer.Ordinal))
        {
            var container = Container.Load(place, engine.Clock);
            engine._containers.Add(container);
            if (await container.RecoverAsync(cancellationToken))
                await container.StartAsync(engine.Images.Find(container.Config.ImageId), cancellationToken);
        }
        return engine;
    }

    /// <summary>By name, id, or the beginning of an id that only one has; null when there is none.</summary>
    public Container? Find(string reference)
    {
        var name = reference.TrimStart('/');
        lock (_containers)
        {
            if (_containers.Find(container => container.Config.Id == name || container.Config.Name == name) is { } exact)
                return exact;
            var begun = _containers.FindAll(container => name.Length > 0 && container.Config.Id.StartsWith(name, StringComparison.Ordinal));
            return begun is [var one] ? one : null;
        }
    }

    public Container Require(string reference) => Find(reference) ?? throw DockerException.NoSuchContainer(reference);

    public Container Create(ContainerConfig config)
    {
        lock (_containers)
        {
            RequireFree(config.Name, "");
            var container = new Container(Path.Combine(_directory, "containers", config.Id), config, new(), Clock);
            _containers.Add(container);
            return container;
        }
    }

    public void Rename(Container container, string name)
    {
        lock (_containers)
        {
            RequireFree(name, "Error when allocating new name: ");
            container.Rename(name);
        }
    }

    public void Remove(Container container)
    {
        lock (_containers)
            _containers.Remove(container);
        container.Delete();
    }

    /// <summary>Ends all containers, as the end of the daemon does; those with a policy come back with the next engine.</summary>
    public Task ShutdownAsync() => Task.WhenAll(Containers.Where(container => container.State.Running).Select(async container =>
    {
        container.LeaveForNextEngine();
        container.Signal(Native.SigTerm);
        await Task.WhenAny(container.Ended, Task.Delay(TimeSpan.FromSeconds(5)));
        container.Signal(Native.SigKill);
    }));

    private void RequireFree(string name, string prefix)
    {
        if (_containers.Find(container => container.Config.Name == name) is { } other)
            throw DockerException.Daemon(
                $"{prefix}Conflict. The container name \"/{name}\" is already in use by container \"{other.Config.Id}\". "
                + "You have to remove (or rename) that container to be able to reuse that name.", 125);
    }
}
