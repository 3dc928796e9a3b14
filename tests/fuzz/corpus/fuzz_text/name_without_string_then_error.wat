$ype(@name )))))
lig) 