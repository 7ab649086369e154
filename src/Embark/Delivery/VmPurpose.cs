namespace Embark.Delivery;

/// <summary>What a VM is asked for, and so what it must be ready for.</summary>
public enum VmPurpose
{
    /// <summary>To bring a proxy there, or to change it.</summary>
    Join,

    /// <summary>To take it away.</summary>
    Leave,
}
