using Embark.Kubernetes;

namespace Embark.Mesh;

/// <summary>Reads that only help: what may not be read, or is of a kind that is not installed, counts as not known.</summary>
internal static class Optional
{
    /// <summary>Null when absent, forbidden, or of an unknown kind.</summary>
    public static async Task<T?> OrNullAsync<T>(Task<T?> read)
        where T : class
    {
        try
        {
            return await read;
        }
        catch (KubernetesException no) when (IsNo(no))
        {
            return null;
        }
    }

    /// <summary>Null when forbidden or of an unknown kind.</summary>
    public static async Task<IReadOnlyList<T>?> OrNullAsync<T>(IAsyncEnumerable<T> list, CancellationToken cancellationToken)
    {
        try
        {
            return await list.ToListAsync(cancellationToken);
        }
        catch (KubernetesException no) when (IsNo(no))
        {
            return null;
        }
    }

    private static bool IsNo(KubernetesException no) => no.Failure is KubernetesFailure.Forbidden or KubernetesFailure.NotFound;
}
